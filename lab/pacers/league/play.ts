/** Plays one task in a simulator. Pure. */
import type { Pacer } from 'sawtooth/pacer'
import { itemAt } from '../../indexed.ts'
import { Random, seedOf } from '../../random.ts'
import { leagueScenario } from '../input.ts'
import { NOISE_FIELDS, NoisyNature } from '../noisy/nature.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { newOutcome, simulatedRun } from '../stepped/engine.ts'
import { type Nature, smooth } from '../stepped/nature.ts'
import { combined, metricsOf, type Series } from './metrics.ts'
import type { Played, Task } from './results.ts'

/** Runs of a noisy task. */
const NOISY_RUNS = 20

/** Throws an InputError if the pacer answers nonsense. */
export function play(task: Task, pacer: Pacer, seed: number): Played {
  const { scenario, step } = leagueScenario(task.scenario, seed)
  if (task.engine === 'stepped') {
    const series = seriesOf(scenario, pacer, smooth)
    return { ...task, series, metrics: metricsOf(series, step) }
  }
  const levels = globalsOf(scenario, NOISE_FIELDS)
  const runs = Array.from({ length: NOISY_RUNS }, (_, run) =>
    seriesOf(scenario, pacer, new NoisyNature(levels, new Random(seedOf(seed, run)))),
  )
  return {
    ...task,
    series: itemAt(runs, 0),
    metrics: combined(runs.map(series => metricsOf(series, step))),
  }
}

function seriesOf(scenario: Scenario, pacer: Pacer, nature: Nature): Series {
  const run = simulatedRun(scenario, pacer, nature)
  const outcome = newOutcome()
  const numbers: Record<Exclude<keyof Series, 'r'>, number[]> = {
    ...{ heapLive: [], trigger: [], peak: [], goal: [], work: [], utilization: [], assists: [] },
  }
  const r: (number | null)[] = []
  for (let cycle = 0; cycle < scenario.cycles; cycle++) {
    run(cycle, outcome)
    if (!outcome.hasCycle) continue // what is judged are cycles
    for (const name of Object.keys(numbers) as (keyof typeof numbers)[])
      numbers[name].push(outcome[name])
    r.push(Number.isNaN(outcome.r) ? null : outcome.r)
  }
  return { ...numbers, r }
}
