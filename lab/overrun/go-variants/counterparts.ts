/**
 * The variants in Sawtooth: what the model says of each, to be held beside what Go does. A variant
 * that the model has no policy for has no counterpart.
 */
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
}

/** Runs the counterparts, on threads that are kept, and keeps what their cycles did. */
export class Counterparts implements AsyncDisposable {
  readonly #bench: Workbench
  #rows = new Map<VariantName, { readonly policy: Policy; readonly pastGoals: number[] }>()
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
    const { warm } = await this.#bench.run(
      { ...policy, ...situation, runtime: 'sawtooth', wait: 'sleep', injected: null },
      seconds,
      this.#seed,
    )
    this.#seed = (this.#seed + 1) >>> 0
    const row = this.#rows.get(variant) ?? { policy, pastGoals: [] }
    row.pastGoals.push(...warm.map(({ overrun }) => overrun))
    this.#rows.set(variant, row)
  }

  /** The rows of what has run since the last call, all in this situation. */
  take(situation: Situation): CounterpartRow[] {
    const rows = this.#rows
    this.#rows = new Map()
    return [...rows].map(([variant, { policy, pastGoals }]) => {
      const pastGoal = percentilesOf(pastGoals.sort((one, other) => one - other))
      return { variant, policy, ...situation, cycles: pastGoals.length, pastGoal }
    })
  }
}
