/**
 * What the summary says of a run's cycles: sums, and the worst cycles. Each cycle is added when it
 * ends, so that none need be kept.
 */
import type { CycleRecord } from './record.ts'

export class CycleTotals {
  count = 0
  forced = 0
  restarts = 0
  /** Both stops of each cycle. */
  pausesUs = 0
  readonly cpuMs = { assist: 0, dedicated: 0, fractional: 0, idle: 0 }
  /** Sweeping that goroutines did. */
  sweepMs = 0
  /** Cycles that passed their goal; and those of them that the CPU limiter limited. */
  overran = 0
  overranLimited = 0
  /** The longest stop, and its cycle; null: no cycle. */
  worstPause: { readonly n: number; readonly us: number } | null = null
  /** The first of the cycles that passed their goal by most; null: none did. */
  worstOverrun: Pick<CycleRecord, 'n' | 'overrun' | 'goal'> | null = null

  add(cycle: CycleRecord): void {
    const { n, overrun, goal, stwSetupUs, stwTerminationUs } = cycle
    this.count++
    if (cycle.trigger === 'forced') this.forced++
    this.restarts += cycle.restarts
    this.pausesUs += stwSetupUs + stwTerminationUs
    for (const kind of ['assist', 'dedicated', 'fractional', 'idle'] as const)
      this.cpuMs[kind] += cycle.cpuMs[kind]
    this.sweepMs += cycle.sweepMs?.goroutine ?? 0
    const us = Math.max(stwSetupUs, stwTerminationUs)
    if (us > (this.worstPause?.us ?? -1)) this.worstPause = { n, us }
    if (overrun > 0) this.overran++
    if (overrun > 0 && cycle.gcCpuLimited) this.overranLimited++
    if (overrun > (this.worstOverrun?.overrun ?? 0)) this.worstOverrun = { n, overrun, goal }
  }
}
