// Faults: what a run does to itself on purpose, at a named point of the runtime.
//   SPEC     = POINT [ '@p' N ] [ ':' ACTION ] [ ':' WHEN ]
//   ACTION   = 'stall=' DURATION | 'yield' | 'fail' | 'exit'      without one: yield
//   WHEN     = 'p=' F | 'once' | 'nth=' N                         without one: every time
//   DURATION = a decimal number with us, ms or s
import { FAULT_POINTS, type FaultPoint } from '../../memory/fault-points.ts'
import { UsageError } from '../errors/usage-error.ts'

interface PlaceOfFault {
  /** Where in the runtime it is: the line of `--fault list`. */
  readonly where: string
  /** True if the P's request there may be refused: the action `fail`. */
  readonly mayFail?: true
}

/** Where a fault can strike. */
export const faultPoints: Readonly<Record<FaultPoint, PlaceOfFault>> = {
  refill: { where: 'a P is about to take a fresh span for one of its size classes', mayFail: true },
  'large-allocation': { where: 'a P is about to take the pages of a large object', mayFail: true },
  'pages/locked': { where: 'the lock of the page heap was taken, to allocate' },
  'stop/raise': { where: 'a P is about to raise a stop' },
  'stop/raised': { where: 'the stop is raised, and no other P has been told' },
  'stop/acknowledge': { where: 'a P is about to count as stopped' },
  'stop/restart': { where: 'the world may go on, and nobody has been woken' },
  'stop/go-on': { where: 'a P counts as running again, and its status does not say so' },
  'mark-setup/stopped': { where: 'the world is stopped to begin a cycle' },
  'mark/root': { where: 'a root job was taken' },
  'mark/stack': { where: 'a shadow stack is about to be scanned, and is owned for it' },
  'mark/scan-wanted': {
    where: 'a running goroutine is about to be asked to have its stack scanned',
  },
  'mark/scan-served': {
    where: 'a P is about to scan the stack of its goroutine, as it was asked to',
  },
  'drain/leave': { where: 'a drain is over, and still counts' },
  'drain/count-off': {
    where:
      'a drain is over, what it holds is everybody’s, and it still counts; under helping the P stands aside',
  },
  'mark-termination/enter': {
    where: 'a P has become the coordinator of the end of the mark',
  },
  'mark-termination/before-barrier': { where: 'before the ragged barrier: no work was seen' },
  'mark-termination/in-barrier': { where: 'the ragged barrier waits for another P' },
  'mark-termination/after-barrier': { where: 'every P has passed the ragged barrier' },
  'mark-termination/published': { where: 'work was published meanwhile: back to the top (R2)' },
  'mark-termination/before-stop': {
    where: 'before the stop that may end the mark; under helping the P stands aside',
  },
  'mark-termination/stopped': { where: 'the world is stopped to end the mark' },
  'mark-termination/remainder': {
    where:
      'the world is stopped with a little work left, which is about to be done there (helping)',
  },
  'mark-termination/restarted': { where: 'work was left in the stop: the world has gone on (R3)' },
  'mark-termination/leave': {
    where: 'the coordinator has given up its role, and looks once more',
  },
  'dedicated-worker/start': { where: 'a dedicated worker is about to drain' },
  'dedicated-worker/park': { where: 'a dedicated worker has drained, and still counts' },
  'dedicated-worker/offer': {
    where: 'a dedicated worker has offered its role, and has woken nobody',
  },
  'dedicated-worker/take': { where: 'the role was taken, by another P or back' },
  'fractional-worker/start': { where: 'a fractional worker is about to drain' },
  'fractional-worker/park': { where: 'a fractional worker has drained, and still counts' },
  'idle-worker/start': { where: 'an idle worker is about to drain' },
  'idle-worker/park': { where: 'an idle worker has drained, and still counts' },
  'mark-worker/parked': {
    where: 'a worker has drained, counts no more, and whether it tried or not, the mark goes on',
  },
  'work/put-full': { where: 'a buffer of grey objects is about to be given to all' },
  'work/take-full': { where: 'a buffer of grey objects is about to be taken' },
  'work/take-empty': { where: 'an empty work buffer is about to be taken', mayFail: true },
  'barrier/full': { where: 'the buffer of the write barrier is full' },
  'barrier/flush': {
    where: 'the shades in a buffer of the write barrier are about to be carried out',
  },
  'barrier/serve': { where: 'a P is about to pass the ragged barrier, as it was asked to' },
  'assist/pay': { where: 'a goroutine in debt is about to pay' },
  'assist/wait': { where: 'a goroutine in debt stands in the assist queue, and is about to wait' },
  'gate/wait': { where: 'a request would pass the limit of the gate, and is about to wait' },
  'assist/wake': {
    where: 'a goroutine in the assist queue is about to be told that it is paid for (locked)',
  },
  'sweep/span': { where: 'a span is owned, and about to be swept' },
  'sweep/complete': { where: 'the last sweeper has left, and has told nobody' },
  'sleep/announced': { where: 'a P has announced that it sleeps, and looks once more' },
  'sleep/wait': { where: 'a P that counts as stopped is about to wait' },
  'sleep/woken': { where: 'a P was woken, and still counts as stopped' },
  'sleep/wake': { where: 'a P that sleeps was seen, and is about to be woken' },
  'goroutine/start': { where: 'a goroutine is about to run for the first time' },
  'goroutine/end': { where: 'a goroutine has returned, and still runs' },
  'goroutine/parked': { where: 'a goroutine waits, and is in no queue' },
  'goroutine/ready': { where: 'the ticket of a waiting goroutine was won' },
  'goroutine/wait-for-scan': { where: 'a goroutine is to run, and its stack is being scanned' },
  'channel/lock': { where: 'a channel is about to be locked' },
  'channel/deliver': { where: 'a value is about to be handed to a receiver that waits (locked)' },
  'ring/take': { where: 'a goroutine is about to be taken from a ring that seems to hold one' },
  'ring/steal': { where: 'another ring was found to hold a goroutine' },
  'ready/push': { where: 'a goroutine is about to be pushed onto the ready list of another P' },
}

/**
 * What happens at the point. `yield` gives the CPU away once, `fail` refuses the request, `exit`
 * ends the P.
 */
export type FaultAction =
  | { readonly kind: 'stall'; readonly ms: number }
  | { readonly kind: 'yield' | 'fail' | 'exit' }

/** Which passes through the point are struck. Each P counts its own passes, from 1. */
export type FaultWhen =
  | { readonly kind: 'always' | 'once' }
  | { readonly kind: 'nth'; readonly n: number }
  | { readonly kind: 'probability'; readonly p: number }

/** One `--fault`, ready to be sent to the Ps. */
export interface Fault {
  readonly point: FaultPoint
  /** The P that it strikes; null: all. */
  readonly p: number | null
  readonly action: FaultAction
  readonly when: FaultWhen
}

/** The grammar of a fault, as messages show it. */
export const faultGrammar = 'POINT[@pN][:stall=DURATION|yield|fail|exit][:p=F|once|nth=N]'

/**
 * Reads one SPEC.
 *
 * @throws UsageError for an ill-formed SPEC, for a point that is not in {@link faultPoints}, and
 *   for `fail` where nothing may be refused.
 */
export function parseFault(spec: string): Fault {
  const [place = '', ...rest] = spec.split(':')
  const [, point = '', p] =
    /^([^@]*)(?:@p(\d+))?$/.exec(place) ?? fail(spec, `'${place}' is no POINT[@pN]`)
  if (!isPoint(point))
    throw new UsageError(`--fault has no point '${point}'; run --fault list prints them`)
  const action = rest[0] === undefined ? null : parseAction(rest[0])
  const remaining = rest.slice(action === null ? 0 : 1)
  const when = remaining[0] === undefined ? always : parseWhen(remaining[0])
  if (when === null || remaining.length > 1)
    fail(spec, `'${remaining[when === null ? 0 : 1]}' does not belong there`)
  if (action?.kind === 'fail' && !faultPoints[point].mayFail) {
    throw new UsageError(
      `--fault ${point}: nothing can fail there; fail is for ${refusable().join(', ')}`,
    )
  }
  return { point, p: p === undefined ? null : Number(p), action: action ?? { kind: 'yield' }, when }
}

/** One line for each point, for `--fault list`. */
export function listFaultPoints(): string {
  const width = Math.max(...FAULT_POINTS.map(point => point.length))
  const line = (point: FaultPoint): string => {
    const { where, mayFail } = faultPoints[point]
    return `${point.padEnd(width)}  ${where}${mayFail ? ' (may fail)' : ''}\n`
  }
  return FAULT_POINTS.map(line).join('')
}

function isPoint(name: string): name is FaultPoint {
  return Object.hasOwn(faultPoints, name)
}

function refusable(): FaultPoint[] {
  return FAULT_POINTS.filter(point => faultPoints[point].mayFail)
}

const always: FaultWhen = { kind: 'always' }

function parseAction(text: string): FaultAction | null {
  if (text === 'yield' || text === 'fail' || text === 'exit') return { kind: text }
  if (!text.startsWith('stall=')) return null
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/.exec(text.slice('stall='.length))
  if (match === null)
    throw new UsageError(
      `--fault ${text}: a DURATION is a number with us, ms or s, as in stall=3ms`,
    )
  const value = Number(match[1])
  return {
    kind: 'stall',
    ms: match[2] === 's' ? value * 1000 : match[2] === 'ms' ? value : value / 1000,
  }
}

function parseWhen(text: string): FaultWhen | null {
  if (text === 'once') return { kind: 'once' }
  const [, key, value] = /^(p|nth)=(.*)$/.exec(text) ?? []
  if (key === undefined || value === undefined) return null
  const number = Number(value)
  if (key === 'p') {
    if (/^\d*\.?\d+$/.test(value) && number > 0 && number <= 1)
      return { kind: 'probability', p: number }
    throw new UsageError(`--fault ${text}: p is a number above 0 and up to 1`)
  }
  if (/^\d+$/.test(value) && number >= 1 && number <= 0xffff_ffff) return { kind: 'nth', n: number }
  throw new UsageError(`--fault ${text}: nth is a whole number from 1`)
}

function fail(spec: string, what: string): never {
  throw new UsageError(`--fault must be ${faultGrammar}: ${what} in '${spec}'`)
}
