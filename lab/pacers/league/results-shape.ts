/** What a file of a league must hold. results.ts says what it means. */

import { machineShape } from '../../machine.ts'
import { MOST_SEED } from '../../random.ts'
import {
  amount,
  list,
  name,
  number,
  object,
  oneOf,
  orNull,
  type Shape,
  suchThat,
  text,
  whole,
} from '../../shape.ts'
import type { Metrics, Series } from './metrics.ts'
import { LEAGUE_ENGINES, type LeagueResults, type Played, type Task } from './results.ts'

const task = { pacer: name, scenario: name, engine: oneOf(...LEAGUE_ENGINES) } as const
/**
 * A share of a goal or of the CPU. A measured one may be a little below 0, or above 1:
 * real/engine.ts says why.
 */
const ratio = number(-1e9, 1e9)
const bytes = list(amount, 1)
const ratios = list(ratio, 1)
const series = suchThat(
  object<Series>({
    ...{ heapLive: bytes, trigger: bytes, peak: bytes, goal: bytes, work: bytes },
    ...{ utilization: ratios, assists: ratios, r: list(orNull(ratio)) },
  }),
  'must have as many numbers of each kind',
  // The real heap has no r.
  ({ r, ...one }) =>
    [...Object.values(one), ...(r.length === 0 ? [] : [r])].every(
      same => same.length === one.peak.length,
    ),
)

const metrics = object<Metrics>({
  ...{ missMedian: ratio, overshootWorst: ratio, cpuOverTarget: ratio, assistWorst: ratio },
  ...{ settling: amount, oscillation: ratio, cyclesPerGiB: amount },
})

const league = object<LeagueResults>({
  ...{ schema: oneOf(1), machines: list(machineShape), command: text, seed: whole(0, MOST_SEED) },
  tasks: list(object(task)),
  played: list(object<Played>({ ...task, metrics, series })),
  failed: list(object({ ...task, message: text })),
})

export const resultsShape: Shape<LeagueResults> = suchThat(
  league,
  'has played a task that is none of its league',
  ({ tasks, played, failed }) => {
    const all = new Set(tasks.map(taskName))
    return [...played, ...failed].every(one => all.has(taskName(one)))
  },
)

function taskName({ pacer, scenario, engine }: Task): string {
  return JSON.stringify([pacer, scenario, engine])
}
