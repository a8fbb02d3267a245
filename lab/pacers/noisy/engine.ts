/**
 * The noisy engine: the stepped engine with a nature that is not smooth, in many runs side by side,
 * each drawn from a seed of its own. A row is a cycle, with quantiles over the runs.
 */

import type { Pacer } from 'sawtooth/pacer'
import { mean, quantileSorted } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { Random, seedOf } from '../../random.ts'
import { BLOCK_ROWS, type Block, type Simulation } from '../engine.ts'
import { Pace } from '../pace.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { GLOBAL_FIELDS, newOutcome, simulatedRun } from '../stepped/engine.ts'
import { NOISE_FIELDS, NoisyNature } from './nature.ts'

const QUANTILES = [0.05, 0.5, 0.95, 1] as const
const names = (what: string): string[] =>
  ['p5', 'p50', 'p95', 'max'].map(quantile => `${what}_${quantile}`)

export const COLUMNS = [
  ...['cycle', 'trigger_p50', 'goal_p50', ...names('peak_over_goal'), ...names('gc_utilization')],
  'limited',
]

/**
 * Throws an InputError, also while blocks are drawn.
 *
 * @param runs - how many
 * @param say - is told how far a long simulation is
 */
export function noisySimulation(
  scenario: Scenario,
  pacer: Pacer,
  runs: number,
  seed: number,
  say: (text: string) => void = () => {},
): Simulation {
  globalsOf(scenario, GLOBAL_FIELDS)
  const levels = globalsOf(scenario, NOISE_FIELDS)

  function* blocks(): Iterable<Block> {
    const all = Array.from({ length: runs }, (_, run) => {
      const nature = new NoisyNature(levels, new Random(seedOf(seed, run)))
      return simulatedRun(scenario, pacer, nature)
    })
    const outcome = newOutcome()
    const over = new Float64Array(runs)
    const utilization = new Float64Array(runs)
    const trigger = new Float64Array(runs)
    const goal = new Float64Array(runs)
    const limited = new Float64Array(runs)
    const pace = new Pace(scenario.cycles, say)
    const block = blockRows(runs)
    for (let from = 0; from < scenario.cycles; from += block) {
      const rows = Math.min(block, scenario.cycles - from)
      const columns: number[][] = COLUMNS.map(() => [])
      for (let cycle = from; cycle < from + rows; cycle++) {
        all.forEach((run, index) => {
          run(cycle, outcome)
          pace.add(outcome.steps, cycle)
          over[index] = outcome.peak / Math.max(outcome.goal, 1)
          utilization[index] = outcome.utilization
          trigger[index] = outcome.trigger
          goal[index] = outcome.goal
          limited[index] = Number(outcome.isLimited)
        })
        const row = [
          ...[cycle + 1, ...quantilesOf(trigger, [0.5]), ...quantilesOf(goal, [0.5])],
          ...[
            ...quantilesOf(over, QUANTILES),
            ...quantilesOf(utilization, QUANTILES),
            mean([...limited]),
          ],
        ]
        for (const [index, column] of columns.entries()) column.push(itemAt(row, index))
      }
      yield { rows, columns }
    }
  }

  return { columns: COLUMNS, cycles: scenario.cycles, blocks, remarks: () => [] }
}

/** Rows of a block: fewer if each takes longer. */
function blockRows(runs: number): number {
  return Math.max(1, Math.floor(BLOCK_ROWS / runs))
}

function quantilesOf(values: Float64Array, at: readonly number[]): number[] {
  // simple-statistics needs a plain list.
  const sorted = [...values.sort()]
  // Values are infinite for cycles that never started: these cannot be interpolated.
  const least = itemAt(sorted, 0)
  if (least === sorted.at(-1)) return at.map(() => least)
  return at.map(quantile => quantileSorted(sorted, quantile))
}
