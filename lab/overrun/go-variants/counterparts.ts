/**
 * The variants in Sawtooth: what the model says of each, to be held beside what Go does. A variant
 * that the model has no policy for has no counterpart.
 */
import { limitedIn } from '../experiments/limited-cycles.ts'
import { BASELINE, type Policy } from '../policy.ts'
import type { Percentiles } from '../results.ts'
import { percentilesOf } from '../statistics.ts'
import { Workbench } from '../workload.ts'
import type { Situation } from './situation.ts'
import type { VariantName } from './variants.ts'

const GATED: Policy = { ...BASELINE, gate: 'goal' }

/**
 * The nearest policy. Sawtooth's gate reserves before it takes, as `reserve` does. `gate` differs
 * from it by the span that each P has just taken.
 */
export const COUNTERPARTS: Readonly<Partial<Record<VariantName, Policy>>> = {
  base: BASELINE,
  gate: GATED,
  reserve: GATED,
  capped: { ...BASELINE, credit: 'capped' },
  'takes-over': { ...BASELINE, termination: 'assist-takes-over' },
}

/** What one variant's counterpart did in one situation, all rounds together. */
export interface CounterpartRow extends Situation {
  readonly variant: VariantName
  readonly policy: Policy
  readonly cycles: number
  /** Bytes past the goal at mark termination. */
  readonly pastGoal: Percentiles
  /** Cycles that the CPU limiter limited, or that followed one: the gate was open in them. */
  readonly limited: number
  /** The most bytes past the goal of the others. */
  readonly worstUnlimited: number
}

interface Pasts {
  readonly policy: Policy
  readonly pastGoals: number[]
  readonly unlimited: number[]
}

/** Runs the counterparts, on threads that are kept, and keeps what their cycles did. */
export class Counterparts implements AsyncDisposable {
  readonly #bench: Workbench
  #rows = new Map<VariantName, Pasts>()
  #seed: number

  constructor(signal: AbortSignal, seed: number) {
    this.#bench = new Workbench(signal)
    this.#seed = seed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#bench[Symbol.asyncDispose]()
  }

  /** Runs the variant's counterpart once, if it has one. */
  async run(variant: VariantName, situation: Situation, seconds: number): Promise<void> {
    const policy = COUNTERPARTS[variant]
    if (policy === undefined) return
    const { all, warm } = await this.#bench.run(
      { ...policy, ...situation, runtime: 'sawtooth', wait: 'sleep', injected: null },
      seconds,
      this.#seed,
    )
    this.#seed = (this.#seed + 1) >>> 0
    const row = this.#rows.get(variant) ?? { policy, pastGoals: [], unlimited: [] }
    const limited = limitedIn(all)
    for (const { n, overrun } of warm) {
      row.pastGoals.push(overrun)
      if (!limited.has(n)) row.unlimited.push(overrun)
    }
    this.#rows.set(variant, row)
  }

  /** The rows of what has run since the last call, all in this situation. */
  take(situation: Situation): CounterpartRow[] {
    const rows = this.#rows
    this.#rows = new Map()
    return [...rows].map(([variant, { policy, pastGoals, unlimited }]) => ({
      ...{ variant, policy, ...situation, cycles: pastGoals.length },
      pastGoal: percentilesOf(pastGoals.sort((one, other) => one - other)),
      limited: pastGoals.length - unlimited.length,
      worstUnlimited: Math.max(0, ...unlimited),
    }))
  }
}
