/** The cycles that a program tells of which was built with a variant of Go's runtime. */

/** When bytes past the goal were taken. past-goal.go has the steps between which each lies. */
export const PAST_TIMES = ['roots', 'work', 'barrier', 'stop', 'late'] as const
export type PastTimes = Readonly<Record<(typeof PAST_TIMES)[number], number>>

export interface TracedCycle {
  /** The program has asked for it. */
  readonly isForced: boolean
  /** Bytes past the goal at mark termination. */
  readonly pastGoal: number
  readonly past: PastTimes
  /** Ragged barriers, by which somebody has tried to end the mark. */
  readonly tries: number
  /** Stops of the world that found work, so that marking went on. */
  readonly restarts: number
  /** The CPU limiter has limited in it, which opens the gates. */
  readonly isLimited: boolean
  /** The live heap at mark termination, and what of it was marked, bytes. */
  readonly heap: number
  readonly marked: number
  /** From the order to stop the world until it ran again, at both ends of the cycle. */
  readonly pausesUs: readonly [number, number]
}

const OURS =
  /^past goal: (\d+) B of (\d+), (\d+) marked; (\d+) roots, (\d+) work, (\d+) barrier, (\d+) stop, (\d+) late; (\d+) tries, (\d+) restarts, ([01]) limited$/
const GO = /^gc \d+ @[\d.]+s \d+%: ([\d.]+)\+[\d.]+\+([\d.]+) ms clock, .* P( \(forced\))?$/

/** Reads the output of `gctrace=1`. Our line of a cycle comes before Go's. */
export function tracedCyclesIn(trace: string): TracedCycle[] {
  const cycles: TracedCycle[] = []
  let ours: number[] | null = null
  for (const line of trace.split('\n')) {
    ours = OURS.exec(line)?.slice(1).map(Number) ?? ours
    const [, first, last, forced] = GO.exec(line) ?? []
    if (ours === null || first === undefined) continue
    const [pastGoal = 0, heap = 0, marked = 0, roots = 0, work = 0, barrier = 0] = ours
    const [stop = 0, late = 0, tries = 0, restarts = 0, limited = 0] = ours.slice(6)
    cycles.push({
      isForced: forced !== undefined,
      pausesUs: [Number(first) * 1000, Number(last) * 1000],
      ...{ pastGoal, heap, marked, tries, restarts, isLimited: limited === 1 },
      past: { roots, work, barrier, stop, late },
    })
    ours = null
  }
  return cycles
}
