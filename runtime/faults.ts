// Faults: what a run does to itself on purpose, at a named point of the runtime.
//   SPEC     = POINT [ '@p' N ] [ ':' ACTION ] [ ':' WHEN ]
//   ACTION   = 'stall=' DURATION | 'yield' | 'fail' | 'exit'      without one: yield
//   WHEN     = 'p=' F | 'once' | 'nth=' N                         without one: every time
//   DURATION = a decimal number with us, ms or s
import { UsageError } from './usage-error.ts'

/** Where a fault can strike: the name of the point, and one line for `--fault list`. */
export const faultPoints: Readonly<Record<string, string>> = {
  refill: 'a P takes a fresh span for one of its size classes',
}

/** What happens at the point. `yield` gives the thread away once, `fail` refuses the request, `exit` ends the P. */
export type FaultAction = { readonly kind: 'stall'; readonly ms: number } | { readonly kind: 'yield' | 'fail' | 'exit' }

/** Which of the passes through the point are struck: each P counts its own, from 1. */
export type FaultWhen =
  | { readonly kind: 'always' | 'once' }
  | { readonly kind: 'nth'; readonly n: number }
  | { readonly kind: 'probability'; readonly p: number }

/** One `--fault`, ready to be sent to the Ps. */
export interface Fault {
  readonly point: string
  /** The P that it strikes; null: all. */
  readonly p: number | null
  readonly action: FaultAction
  readonly when: FaultWhen
}

/** How a fault is written, in the words of the messages. */
export const faultGrammar = 'POINT[@pN][:stall=DURATION|yield|fail|exit][:p=F|once|nth=N]'

/**
 * Reads one SPEC.
 *
 * @throws UsageError for an ill-formed one, and for a point that is not in {@link faultPoints}.
 */
export function parseFault(spec: string): Fault {
  const [place = '', ...rest] = spec.split(':')
  const [, point = '', p] = /^([^@]*)(?:@p(\d+))?$/.exec(place) ?? fail(spec, `'${place}' is no POINT[@pN]`)
  if (!Object.hasOwn(faultPoints, point)) {
    throw new UsageError(`--fault has no point '${point}'; there is ${Object.keys(faultPoints).join(', ')}`)
  }
  const action = rest[0] === undefined ? null : parseAction(rest[0])
  const remaining = rest.slice(action === null ? 0 : 1)
  const when = remaining[0] === undefined ? always : parseWhen(remaining[0])
  if (when === null || remaining.length > 1) fail(spec, `'${remaining[when === null ? 0 : 1]}' does not belong there`)
  return { point, p: p === undefined ? null : Number(p), action: action ?? { kind: 'yield' }, when }
}

/** One line for each point, for `--fault list`. */
export function listFaultPoints(): string {
  const width = Math.max(...Object.keys(faultPoints).map(point => point.length))
  return Object.entries(faultPoints)
    .map(([point, what]) => `${point.padEnd(width)}  ${what}\n`)
    .join('')
}

const always: FaultWhen = { kind: 'always' }

function parseAction(text: string): FaultAction | null {
  if (text === 'yield' || text === 'fail' || text === 'exit') return { kind: text }
  if (!text.startsWith('stall=')) return null
  const match = /^(\d+(?:\.\d+)?)(us|µs|ms|s)$/.exec(text.slice('stall='.length))
  if (match === null) throw new UsageError(`--fault ${text}: a DURATION is a number with us, ms or s, as in stall=3ms`)
  const value = Number(match[1])
  return { kind: 'stall', ms: match[2] === 's' ? value * 1000 : match[2] === 'ms' ? value : value / 1000 }
}

function parseWhen(text: string): FaultWhen | null {
  if (text === 'once') return { kind: 'once' }
  const [, key, value] = /^(p|nth)=(.*)$/.exec(text) ?? []
  if (key === undefined || value === undefined) return null
  const number = Number(value)
  if (key === 'p') {
    if (/^\d*\.?\d+$/.test(value) && number > 0 && number <= 1) return { kind: 'probability', p: number }
    throw new UsageError(`--fault ${text}: p is a number above 0 and up to 1`)
  }
  if (/^\d+$/.test(value) && number >= 1 && number <= 0xffff_ffff) return { kind: 'nth', n: number }
  throw new UsageError(`--fault ${text}: nth is a whole number from 1`)
}

function fail(spec: string, what: string): never {
  throw new UsageError(`--fault must be ${faultGrammar}: ${what} in '${spec}'`)
}
