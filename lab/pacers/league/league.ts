/**
 * The league: pacers × scenarios × engines.
 *
 * 1. Simulations are spread over the cores.
 * 2. Runs on the real heap come after them, one at a time, so that each has the machine for itself.
 * 3. After an interrupt the results hold what was played until then. A shard is every nth scenario,
 *    so that machines can share the work.
 */
import { availableParallelism } from 'node:os'
import { ThreadPool } from 'sawtooth/internal/runtime/host/thread-pool'
import { FailedRun } from '../../run.ts'
import { leagueScenario } from '../input.ts'
import { measure } from '../real/engine.ts'
import { metricsOf, type Series } from './metrics.ts'
import type { LeagueEngine, Played, Task } from './results.ts'
import type { Play } from './worker.ts'

export interface LeagueOptions {
  readonly pacers: readonly string[]
  readonly scenarios: readonly string[]
  readonly engines: readonly LeagueEngine[]
  readonly shard: { readonly k: number; readonly n: number }
  readonly seed: number
  /**
   * Ps of the real heap; null: as many as the scenario has cores, but no more than the machine has.
   */
  readonly procs: number | null
}

interface Outcome {
  readonly played: readonly Played[]
  readonly failed: readonly (Task & { readonly message: string })[]
}

/** Every task of the league. */
export function tasksOf({ pacers, scenarios, engines }: LeagueOptions): Task[] {
  return engines.flatMap(engine =>
    scenarios.flatMap(scenario => pacers.map((pacer): Task => ({ pacer, scenario, engine }))),
  )
}

/** Every nth scenario, under all pacers, so that what is compared was played on one machine. */
export function shardOf(tasks: readonly Task[], { k, n }: LeagueOptions['shard']): Task[] {
  const scenarios = [...new Set(tasks.map(({ scenario, engine }) => `${engine} ${scenario}`))]
  return tasks.filter(
    ({ scenario, engine }) => scenarios.indexOf(`${engine} ${scenario}`) % n === k - 1,
  )
}

/**
 * Plays the tasks. Stops early when the signal is aborted.
 *
 * @param done - is called after each task
 */
export async function playAll(
  tasks: readonly Task[],
  { seed, procs }: LeagueOptions,
  signal: AbortSignal,
  done: (count: number) => void,
): Promise<Outcome> {
  const played: Played[] = []
  const failed: Outcome['failed'][number][] = []
  let count = 0
  const settle = async (task: Task, playing: Promise<Played>): Promise<void> => {
    try {
      played.push(await playing)
    } catch (error) {
      if (signal.aborted) return
      failed.push({ ...task, message: error instanceof Error ? error.message : String(error) })
    }
    done(++count)
  }
  const simulated = tasks.filter(({ engine }) => engine !== 'real')
  if (simulated.length > 0) {
    const pool = new ThreadPool<Play, Played>(
      new URL('./worker.js', import.meta.url),
      availableParallelism(),
    )
    const abort = (): void => void pool.destroy()
    signal.addEventListener('abort', abort)
    try {
      await Promise.all(simulated.map(task => settle(task, pool.run({ task, seed }))))
    } finally {
      signal.removeEventListener('abort', abort)
      await pool.destroy()
    }
  }
  for (const task of tasks.filter(({ engine }) => engine === 'real'))
    if (!signal.aborted) await settle(task, playReal(task, seed, procs, signal))
  // In the order of the tasks, not in that in which they ended.
  return { played: inOrder(played, tasks), failed: inOrder(failed, tasks) }
}

function inOrder<T extends Task>(some: readonly T[], tasks: readonly Task[]): T[] {
  const isSame = (one: Task) => (other: Task) =>
    one.pacer === other.pacer && one.scenario === other.scenario && one.engine === other.engine
  return tasks.flatMap(task => some.filter(isSame(task)))
}

async function playReal(
  task: Task,
  seed: number,
  procs: number | null,
  signal: AbortSignal,
): Promise<Played> {
  const { scenario, step } = leagueScenario(task.scenario, seed)
  const measured = await measure(scenario, {
    ...{ pacer: task.pacer, procs, seed, signal },
  })
  const [block] = measured.blocks()
  const column = (name: string): number[] => [
    ...(block?.columns[measured.columns.indexOf(name)] ?? []),
  ]
  const series: Series = {
    ...{
      heapLive: column('heap_live'),
      trigger: column('trigger'),
      peak: column('peak'),
      goal: column('goal'),
    },
    ...{
      work: column('work'),
      utilization: column('gc_utilization'),
      assists: column('assist_utilization'),
    },
    r: [],
  }
  if (series.peak.length === 0) throw new FailedRun('no cycle was seen')
  return { ...task, series, metrics: metricsOf(series, step) }
}
