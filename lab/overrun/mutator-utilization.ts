/**
 * Minimum mutator utilization (Cheng and Blelloch, "A parallel, real-time garbage collector",
 * 2001): of all windows of a length, the one in which the least was left to the program, and that
 * share.
 *
 * - Here it is that of all Ps together: a window of w ms on P Ps is w · P ms.
 * - The collector's part is what was spent in stops, in dedicated and fractional workers, in
 *   assists, and blocked in place.
 * - Idle workers and idle sweeping do not count, as in Go's tools: they take only what the program
 *   has left.
 */
import {
  GC_LANE,
  type TraceEvent,
  type TraceFile,
} from 'sawtooth/internal/runtime/report/trace-events'
import { itemAt } from '../indexed.ts'

/** Time that the collector took on one P, in ms. Slices may overlap and nest. */
export interface TakenSlice {
  readonly p: number
  readonly startMs: number
  readonly endMs: number
}

const TAKEN: readonly TraceEvent['name'][] = [
  'dedicated worker',
  'fractional worker',
  'assist',
  'stopped',
  'blocked in place',
]
/**
 * On a P's lane these are the stop's work. On the collector's lane they are all of the stop, with
 * the way there.
 */
const STOPS: readonly TraceEvent['name'][] = [
  'sweep termination and mark setup',
  'mark setup',
  'mark termination',
]

/**
 * What the collector took according to a trace. While the world is stopped all Ps are taken, even
 * one that slept and so has no slice that says so.
 */
export function takenSlices({ procs, events }: TraceFile): TakenSlice[] {
  const slices = events.flatMap(event =>
    event.kind === 'slice' ? [{ ...event, endMs: event.startMs + event.durationMs }] : [],
  )
  const stoppedAt = new Map(
    slices.flatMap(({ name, startMs, endMs }) =>
      name === 'time to safepoint' ? [[startMs, endMs] as const] : [],
    ),
  )
  return slices.flatMap(({ name, p, startMs, endMs }) => {
    if (p !== GC_LANE)
      return TAKEN.includes(name) || STOPS.includes(name) ? [{ p, startMs, endMs }] : []
    if (!STOPS.includes(name)) return []
    const stopped = stoppedAt.get(startMs) ?? startMs
    return Array.from({ length: procs }, (_, each) => ({ p: each, startMs: stopped, endMs }))
  })
}

/** What was left to the program, as shares of a window. */
export interface MutatorUtilization {
  /** In the worst window: the minimum mutator utilization. */
  readonly least: number
  /** One of a hundred windows has less. */
  readonly p1: number
  /** Half of the windows have less. */
  readonly p50: number
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The least share of a window that was left to the program, by the window's length in ms. A window
 * longer than the span is left out.
 */
export function minimumMutatorUtilization(
  taken: readonly TakenSlice[],
  procs: number,
  span: Span,
  windowsMs: readonly number[],
): Record<string, number> {
  const all = mutatorUtilization(taken, procs, span, windowsMs)
  return Object.fromEntries(Object.entries(all).map(([window, { least }]) => [window, least]))
}

/**
 * How much of windows was left to the program, by their length in ms, over all places at which a
 * window may begin. The result is exact:
 *
 * 1. What the collector took from a window is a piecewise linear function of where the window
 *    begins. A piece ends only where the window begins or ends at an end of a slice.
 * 2. So its maximum lies at one of these.
 * 3. On a piece the part that is above a level follows from the two ends. Of all windows, the share
 *    that is above a level is the sum of these parts. It falls as the level rises, so the level for
 *    a share is found by halving.
 *
 * A window longer than the span is left out.
 */
export function mutatorUtilization(
  taken: readonly TakenSlice[],
  procs: number,
  { fromMs, toMs }: Span,
  windowsMs: readonly number[],
): Record<string, MutatorUtilization> {
  const total = new TakenTotal(taken)
  const times = total.times()
  const found: Record<string, MutatorUtilization> = {}
  for (const window of windowsMs) {
    if (!(window > 0 && window <= toMs - fromMs)) continue
    const last = toMs - window
    const starts = [fromMs, last, ...times, ...times.map(time => time - window)]
      .filter(start => start >= fromMs && start <= last)
      .sort((a, b) => a - b)
    const points = starts.map(start => ({
      start,
      taken: total.at(start + window) - total.at(start),
    }))
    const left = (ms: number): number => Math.max(0, 1 - ms / (window * procs))
    found[window] = {
      least: left(points.reduce((most, one) => Math.max(most, one.taken), 0)),
      p1: left(levelOf(points, 0.01)),
      p50: left(levelOf(points, 0.5)),
    }
  }
  return found
}

interface Point {
  readonly start: number
  /** What the collector took from the window that begins here, in ms. */
  readonly taken: number
}

/** The level is halved as often: what is left of its interval is far below a tick of the clock. */
const ROUNDS = 40

/** The level that a share of all windows is above. */
function levelOf(points: readonly Point[], share: number): number {
  const length = itemAt(points, points.length - 1).start - itemAt(points, 0).start
  let low = 0
  let high = points.reduce((most, one) => Math.max(most, one.taken), 0)
  if (length === 0) return high
  for (let n = 0; n < ROUNDS; n++) {
    const level = (low + high) / 2
    if (lengthAbove(points, level) > share * length) low = level
    else high = level
  }
  return high
}

/** The length of the starts whose windows are above a level. */
function lengthAbove(points: readonly Point[], level: number): number {
  let length = 0
  for (let index = 1; index < points.length; index++) {
    const [one, other] = [itemAt(points, index - 1), itemAt(points, index)]
    const [low, high] = one.taken < other.taken ? [one, other] : [other, one]
    if (high.taken <= level) continue
    const part = low.taken >= level ? 1 : (high.taken - level) / (high.taken - low.taken)
    length += part * (other.start - one.start)
  }
  return length
}

/** What the collector has taken up to a time at which the number of taken Ps changes. */
interface Taken {
  readonly time: number
  /** Ms, summed over Ps. */
  readonly total: number
  /** Ps taken from this time on. */
  readonly level: number
}

/** How many ms the collector has taken, summed over Ps, up to any time. */
class TakenTotal {
  /** In the order of their times. */
  readonly #taken: readonly Taken[]

  constructor(slices: readonly TakenSlice[]) {
    const changes = disjoint(slices)
      .flatMap(({ startMs, endMs }) => [
        { time: startMs, by: 1 },
        { time: endMs, by: -1 },
      ])
      .sort((a, b) => a.time - b.time)
    const taken: Taken[] = []
    let level = 0
    let total = 0
    for (const { time, by } of changes) {
      total += level * (time - (taken.at(-1)?.time ?? time))
      level += by
      taken.push({ time, total, level })
    }
    this.#taken = taken
  }

  /** Where the number of taken Ps changes, ascending. */
  times(): number[] {
    return this.#taken.map(({ time }) => time)
  }

  at(time: number): number {
    let low = 0
    let high = this.#taken.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (itemAt(this.#taken, middle).time <= time) low = middle + 1
      else high = middle
    }
    if (low === 0) return 0
    const last = itemAt(this.#taken, low - 1)
    return last.total + last.level * (time - last.time)
  }
}

/**
 * The same time in slices of which no two of a P overlap. An assist that was stopped is in two
 * slices at first.
 */
function disjoint(taken: readonly TakenSlice[]): TakenSlice[] {
  const joined: TakenSlice[] = []
  for (const slice of taken.toSorted((a, b) => a.p - b.p || a.startMs - b.startMs)) {
    const last = joined.at(-1)
    if (last === undefined || last.p !== slice.p || last.endMs < slice.startMs) joined.push(slice)
    else if (last.endMs < slice.endMs) joined[joined.length - 1] = { ...last, endMs: slice.endMs }
  }
  return joined
}
