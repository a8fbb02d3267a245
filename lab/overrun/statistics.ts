/** Makes the row of a case from its cycles. */

import type { CycleRecord } from 'sawtooth/internal/runtime/report/record'
import { quantileSorted } from 'simple-statistics'
import { type Breach, boundsOf, breachesOf } from './bound.ts'
import type { CoreTimes } from './machine-idle.ts'
import type { Case, CaseParameters, GapSums, Percentiles, WorstCycle } from './results.ts'

/**
 * Percentiles of values in ascending order, interpolated linearly between two (R's type 7). All are
 * 0 if there are no values.
 */
export function percentilesOf(ascending: readonly number[]): Percentiles {
  if (ascending.length === 0) return { p50: 0, p90: 0, p99: 0, max: 0 }
  const at = (share: number): number => quantileSorted(ascending as number[], share)
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) }
}

/** A cycle's part in the percentiles, in bytes; null: not known. */
export interface Overrun {
  readonly overrun: number
  readonly heapAtMarkEnd: number | null
  readonly goal: number | null
}

/** The cycles of one case, as its runs come in. */
export class Tally {
  readonly parameters: CaseParameters
  readonly breaches: Breach<CycleRecord>[] = []
  /** The largest single request to the heap, bytes. */
  largestRefill = 0
  rescues = 0
  /** Cycles in which the bound was checked, cold ones too. */
  bounded = 0
  readonly #overruns: number[] = []
  readonly #heaps: number[] = []
  #leastGoal = Number.POSITIVE_INFINITY
  readonly #by = new Map<string, number>()
  #bound: number | null = null
  #cores: CoreTimes = { idle: 0, all: 0 }
  #gaps: GapSums = { ms: 0, unknownMs: 0, offCpuMs: 0, v8Ms: 0 }

  constructor(parameters: CaseParameters) {
    this.parameters = parameters
  }

  /** Cycles that count. */
  get cycles(): number {
    return this.#overruns.length
  }

  /**
   * Adds a run. The bound is checked in all cycles; the percentiles are only those of the warm
   * ones.
   */
  add(all: readonly CycleRecord[], warm: readonly CycleRecord[], rescues: number): void {
    const { gate } = this.parameters
    this.rescues += rescues
    const bounds = new Map(boundsOf(all, gate).map((bound, index) => [all[index], bound]))
    for (const bound of bounds.values()) if (bound !== null) this.bounded++
    this.breaches.push(...breachesOf(all, gate))
    for (const cycle of all) this.largestRefill = Math.max(this.largestRefill, cycle.largestRefill)
    for (const cycle of warm) {
      this.addOverrun(cycle)
      for (const gap of cycle.gaps) this.#gaps = withGap(this.#gaps, gap)
      for (const [cause, bytes] of Object.entries(cycle.overrunBy))
        this.#by.set(cause, (this.#by.get(cause) ?? 0) + bytes)
      const bound = bounds.get(cycle) ?? null
      if (bound !== null) this.#bound = Math.max(this.#bound ?? 0, bound)
    }
  }

  /** Adds a cycle of which only the overrun is known. */
  addOverrun({ overrun, heapAtMarkEnd, goal }: Overrun): void {
    this.#overruns.push(overrun)
    if (heapAtMarkEnd !== null) this.#heaps.push(heapAtMarkEnd)
    if (goal !== null) this.#leastGoal = Math.min(this.#leastGoal, goal)
  }

  /** Adds what the machine's cores did while a run ran. */
  addCores({ idle, all }: CoreTimes): void {
    this.#cores = { idle: this.#cores.idle + idle, all: this.#cores.all + all }
  }

  /**
   * The row. Its bound is the highest of its cycles' bounds; `held` says whether each cycle kept
   * its own.
   */
  row(worst: WorstCycle | null): Case {
    const overruns = this.#overruns.toSorted((one, other) => one - other)
    const past = this.#heaps
      .map(heap => Math.max(0, heap - this.#leastGoal))
      .sort((one, other) => one - other)
    return {
      ...this.parameters,
      cycles: overruns.length,
      overrun: percentilesOf(overruns),
      ...(past.length === 0 ? {} : { pastLeastGoal: percentilesOf(past) }),
      overruns,
      bound: this.#bound,
      held: this.#bound === null ? null : this.breaches.length === 0,
      rescues: this.rescues,
      ...(this.#cores.all === 0 ? {} : { idle: this.#cores.idle / this.#cores.all }),
      by: Object.fromEntries(this.#by),
      ...(this.#gaps.ms === 0 ? {} : { gaps: this.#gaps }),
      worst,
    }
  }
}

function withGap(sums: GapSums, { ms, offCpuMs, v8Ms }: CycleRecord['gaps'][number]): GapSums {
  if (offCpuMs === null || v8Ms === null)
    return { ...sums, ms: sums.ms + ms, unknownMs: sums.unknownMs + ms }
  return {
    ...sums,
    ms: sums.ms + ms,
    offCpuMs: sums.offCpuMs + offCpuMs,
    v8Ms: sums.v8Ms + v8Ms,
  }
}
