/**
 * What golang/go#14951 measures by, in the notation of that proposal: H_T is the trigger, H_a the
 * heap at the end of the mark, H_g the goal, m what was marked.
 */
import { interquartileRange, median, sampleCorrelation } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { GiB } from '../../units.ts'
import type { Cycle, Played } from './play.ts'

/** Cycles of a run's end in which a steady program is settled. */
const SETTLED = 20
/** Assists below this share of the CPU are the rounding of a step. */
const NO_ASSISTS = 0.001
/** Credit below this share of the work, likewise. */
const NO_CREDIT = 0.001

/** Sizes in bytes, all of one cycle. */
export interface LiveEstimate {
  readonly marked: number
  /** What was marked of the heap that was there before the trigger: m − (H_a − H_T). */
  readonly postMarked: number
  /** The share of that heap that is live: the former over H_T. */
  readonly share: number
  /** What is live of the bytes that were allocated black, by the same share: times H_a − H_T. */
  readonly preMarked: number
  /** The live heap: the sum of what was marked before and of what is live of the rest. */
  readonly live: number
}

/** The four formulas of the proposal for floating garbage. */
export function liveEstimate(
  { trigger, peak }: Pick<Cycle, 'trigger' | 'peak'>,
  marked: number,
): LiveEstimate {
  const black = peak - trigger
  const postMarked = marked - black
  const share = postMarked / trigger
  const preMarked = share * black
  return { marked, postMarked, share, preMarked, live: postMarked + preMarked }
}

/** h: how much of the way from trigger to goal the heap grew. */
export const runwayUsed = ({ trigger, peak, goal }: Cycle): number =>
  (peak - trigger) / Math.max(goal - trigger, 1)

/** Where the trigger lies on the way from the marked heap to the goal. */
export const triggerPlace = ({ heapLive, trigger, goal }: Cycle): number =>
  (trigger - heapLive) / Math.max(goal - heapLive, 1)

/** How much of the growth that GOGC allows the heap had. */
export const growthUsed = ({ heapLive, peak, goal }: Cycle): number =>
  (peak - heapLive) / Math.max(goal - heapLive, 1)

/** The share of what a program allocates that it allocates while a cycle marks. */
export const whileMarking = ({ heapLive, trigger, peak }: Cycle): number =>
  (peak - trigger) / Math.max(peak - heapLive, 1)

/** The settled cycles of all runs. */
export function settled({ runs }: Played): Cycle[] {
  return runs.flatMap(run => run.slice(-SETTLED))
}

export const middle =
  (of: (cycle: Cycle) => number) =>
  (played: Played): number =>
    median(settled(played).map(of))

export const spread =
  (of: (cycle: Cycle) => number) =>
  (played: Played): number =>
    interquartileRange(settled(played).map(of))

export const largest =
  (of: (cycle: Cycle) => number) =>
  (played: Played): number =>
    Math.max(...settled(played).map(of))

/** The middle of what the real heap does not tell: null there. */
export const middleOrNull =
  (of: (cycle: Cycle) => number | null) =>
  (played: Played): number | null => {
    const values = settled(played).flatMap(cycle => of(cycle) ?? [])
    return values.length === 0 ? null : median(values)
  }

function sum(cycles: readonly Cycle[], of: (cycle: Cycle) => number): number {
  return cycles.reduce((total, cycle) => total + of(cycle), 0)
}

const allocated = ({ heapLive, peak }: Cycle): number => peak - heapLive

export function cyclesPerGiB(played: Played): number {
  const cycles = settled(played)
  return (cycles.length * GiB) / sum(cycles, allocated)
}

/** Bytes scanned for each byte allocated: what the collector costs the program in all. */
export function scannedPerByte(played: Played): number {
  const cycles = settled(played)
  return sum(cycles, ({ work }) => work) / sum(cycles, allocated)
}

/** The share of the cycles in which no goroutine assists. */
export function withoutAssists(played: Played): number {
  const cycles = settled(played)
  return cycles.filter(({ assists }) => assists < NO_ASSISTS).length / cycles.length
}

/** Credit left, as a share of what was scanned. */
export const creditShare = ({ creditLeft, work }: Cycle): number => creditLeft / Math.max(work, 1)

/** Credit that goroutines have withdrawn, likewise: what was given and is not left. */
export const withdrawnShare = ({ creditGiven, creditLeft, work }: Cycle): number =>
  (creditGiven - creditLeft) / Math.max(work, 1)

/**
 * How far the books are off. What is owed on a straight way to the goal is h of the work; assists
 * paid what workers did not give; the rest was withdrawn. So withdrawn = h − assists.
 */
export const booksOff = (cycle: Cycle): number => {
  const assisted = 1 - cycle.creditGiven / Math.max(cycle.work, 1)
  return Math.abs(withdrawnShare(cycle) - (runwayUsed(cycle) - assisted))
}

/** The correlation of credit left and runway left; null if too few cycles have any. */
export function creditByRunway(played: Played): number | null {
  const pairs = settled(played).flatMap(cycle => {
    const share = creditShare(cycle)
    return share < NO_CREDIT ? [] : [[share, 1 - runwayUsed(cycle)] as const]
  })
  const [shares, runways] = [pairs.map(([share]) => share), pairs.map(([, runway]) => runway)]
  const varies = (values: readonly number[]): boolean => new Set(values).size > 2
  return varies(shares) && varies(runways) ? sampleCorrelation(shares, runways) : null
}

/** The four formulas, for the last cycle but one, whose m is the live heap of the last. */
export function lastEstimate({ runs }: Played): LiveEstimate & { readonly truth: number } {
  const run = itemAt(runs, 0)
  const [cycle, next] = [itemAt(run, run.length - 2), itemAt(run, run.length - 1)]
  return { ...liveEstimate(cycle, next.heapLive), truth: next.live }
}
