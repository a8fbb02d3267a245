/**
 * The account of assists inside a cycle: what a run's trace says of who owed and who paid, in each
 * tenth of the mark, and a replay of it.
 *
 * The replay has the rules of gc/work/assist.ts:
 *
 * - A charge lowers its goroutine's credit. A goroutine in debt pays for 64 KiB of work at least:
 *   with background credit first, and with an assist for the rest.
 * - Workers give background credit, evenly over their slices.
 * - The assist ratio is the work that is left over the bytes that are left to the goal. The work is
 *   what the first ratio expects. Once more is done, the first ratio is kept. Past the goal, the
 *   aim is a tenth above it.
 *
 * So the replay knows when memory was taken and when workers marked, and finds when goroutines must
 * assist. It is made twice: with the background credit of a cycle's start, which is none, and with
 * as much as the cycle before had left.
 */
import { MAX_OVERSHOOT, MIN_RUNWAY } from 'sawtooth/internal/gc/pacer/go-goal'
import { MIN_WORK_LEFT } from 'sawtooth/internal/gc/pacer/runway'
import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import type { TraceFile } from 'sawtooth/internal/runtime/report/trace-events'
import { KiB } from '../../units.ts'
import { Distribution, PARTS } from './distribution.ts'

/** Least scan work of an assist, as in gc/work/assist.ts. */
const OVER_ASSIST_WORK = 64 * KiB

/** Amounts by tenth of the mark, over all cycles; bytes of scan work, unless it says otherwise. */
export interface Account {
  /** Bytes allocated. */
  readonly allocated: readonly number[]
  readonly owed: readonly number[]
  readonly workers: readonly number[]
  readonly assists: readonly number[]
  readonly replayed: readonly number[]
  /** Of the replay that begins with the credit that the cycle before had left. */
  readonly withCredit: readonly number[]
  /** Background credit at the end of each tenth: the mean of the cycles, as a share of the work. */
  readonly credit: readonly number[]
  /** All scan work. */
  readonly work: number
}

/** What of a cycle's record the account needs. */
export type Accounted = Pick<CycleRecord, 'n' | 'heapAtStart' | 'goal' | 'assistRatio' | 'scanWork'>

/** Something that happens in a mark; places are shares of the mark. */
type Happening =
  | { readonly kind: 'charge'; readonly at: number; readonly p: number; readonly bytes: number }
  | { readonly kind: 'worker'; readonly at: number; readonly ms: number }

interface Mark {
  readonly cycle: Accounted
  readonly happenings: readonly Happening[]
  readonly work: number
  /** Work that a worker does in a ms. */
  readonly rate: number
}

/** A worker's slice gives its credit in pieces, as a worker does, so that charges come between. */
const PIECE_MS = 0.05

/** The account of the marks of the cycles. */
export function accountOf({ events }: TraceFile, cycles: readonly Accounted[]): Account {
  const [allocated, owed, workers, assists, replayed, withCredit] = Array.from(
    { length: 6 },
    () => new Distribution(),
  ) as [Distribution, Distribution, Distribution, Distribution, Distribution, Distribution]
  const credit = new Array<number>(PARTS).fill(0)
  let [work, counted, left] = [0, 0, 0]
  for (const mark of marksIn(events, cycles, assists)) {
    for (const happening of mark.happenings)
      if (happening.kind === 'charge') allocated.put(happening.at, happening.bytes)
      else workers.put(happening.at, happening.ms * mark.rate)
    replay(mark, left, { assist: (at, amount) => withCredit.put(at, amount) })
    left = replay(mark, 0, {
      assist: (at, amount) => replayed.put(at, amount),
      owed: (at, amount) => owed.put(at, amount),
      credit(part, amount) {
        credit[part] = (credit[part] ?? 0) + amount / mark.work
      },
    })
    work += mark.work
    counted++
  }
  return {
    ...{ allocated: allocated.all(), owed: owed.all(), workers: workers.all() },
    ...{ assists: assists.all(), replayed: replayed.all(), withCredit: withCredit.all() },
    credit: credit.map(sum => sum / Math.max(counted, 1)),
    work,
  }
}

interface Hears {
  assist(at: number, work: number): void
  owed?(at: number, work: number): void
  /** Background credit at the end of a tenth. */
  credit?(part: number, work: number): void
}

/** Replays a mark from that much background credit on. Returns what is left at its end. */
function replay({ cycle, happenings, rate }: Mark, first: number, hears: Hears): number {
  const goal = cycle.goal ?? cycle.heapAtStart
  const expected = cycle.assistRatio * (goal - cycle.heapAtStart)
  const credits = new Map<number, number>()
  let [background, done, live, part] = [first, 0, cycle.heapAtStart, 0]
  const goOnTo = (at: number): void => {
    for (; part < PARTS && at >= (part + 1) / PARTS; part++) hears.credit?.(part, background)
  }
  for (const happening of happenings) {
    goOnTo(happening.at)
    if (happening.kind === 'worker') {
      background += happening.ms * rate
      done += happening.ms * rate
      continue
    }
    const { at, p, bytes } = happening
    live += bytes
    const aim = live < goal ? goal : MAX_OVERSHOOT * goal
    const ratio =
      done < expected
        ? Math.max(expected - done, MIN_WORK_LEFT) / Math.max(aim - live, MIN_RUNWAY)
        : cycle.assistRatio
    hears.owed?.(at, ratio * bytes)
    let own = (credits.get(p) ?? 0) - bytes
    if (own < 0) {
      const due = Math.max(-own * ratio, OVER_ASSIST_WORK)
      const assist = due - Math.min(background, due)
      background -= due - assist
      done += assist
      own += due / ratio
      if (assist > 0) hears.assist(at, assist)
    }
    credits.set(p, own)
  }
  goOnTo(1)
  return background
}

/** The marks of the cycles, with what happens in them in order. Adds their assists. */
function marksIn(
  events: TraceFile['events'],
  cycles: readonly Accounted[],
  assists: Distribution,
): Mark[] {
  const byNumber = new Map(cycles.map(cycle => [cycle.n, cycle]))
  const marks: Mark[] = []
  for (const mark of events) {
    const cycle =
      mark.kind === 'slice' && mark.name === 'mark' ? byNumber.get(mark.args.cycle) : undefined
    if (mark.kind !== 'slice' || cycle === undefined) continue
    const placeOf = (ms: number): number => (ms - mark.startMs) / mark.durationMs
    const happenings: Happening[] = []
    let [workerMs, assisted] = [0, 0]
    for (const event of events) {
      const at = placeOf(event.startMs)
      if (event.kind === 'instant') {
        if (at >= 0 && at < 1)
          happenings.push({ kind: 'charge', at, p: event.p, bytes: event.args.bytes })
      } else if (event.kind === 'slice' && event.p !== mark.p) {
        const [from, to] = [Math.max(at, 0), Math.min(placeOf(event.startMs + event.durationMs), 1)]
        if (to <= from) continue
        if (event.name === 'assist') {
          const within = (event.args.scanWork * (to - from) * mark.durationMs) / event.durationMs
          assists.add(from, to, within)
          assisted += within
        } else if (event.name.endsWith(' worker')) {
          const ms = (to - from) * mark.durationMs
          workerMs += ms
          happenings.push(...pieces(from, to, ms))
        }
      }
    }
    const work = cycle.scanWork.heap + cycle.scanWork.stack + cycle.scanWork.globals
    happenings.sort((one, other) => one.at - other.at)
    const rate = workerMs > 0 ? Math.max(work - assisted, 0) / workerMs : 0
    marks.push({ cycle, happenings, work, rate })
  }
  return marks
}

function pieces(from: number, to: number, ms: number): Happening[] {
  const count = Math.ceil(ms / PIECE_MS)
  return Array.from({ length: count }, (_, piece) => ({
    kind: 'worker',
    at: from + ((to - from) * (piece + 0.5)) / count,
    ms: ms / count,
  }))
}
