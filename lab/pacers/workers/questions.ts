/**
 * What golang/go#44167 leaves out of the pacer, asked of a real heap: idle workers, which skew what
 * the pacer measures, and fractional workers, which are scheduled loosely.
 */
import type { RunFlags } from 'sawtooth/internal/runtime/options/configuration'
import {
  assistShare,
  consMark,
  consMarkWithIdle,
  cyclesPastGoal,
  idleShare,
  longestWithoutWorker,
  type Measure,
  markMs,
  seen,
  taken,
  triggerPlace,
  workerShare,
  workerSpread,
  worstPastGoal,
} from './measures.ts'

export interface Column {
  readonly head: string
  readonly measure: Measure
  readonly isPercent: boolean
  /** Whether the two settings are compared: by their ratio, which is the skew. */
  readonly isCompared: boolean
}

/** Which workers the pacer's quarter of the CPU is planned as. */
export type PlanKind = 'dedicated' | 'fractional'

export interface Setting {
  readonly name: string
  readonly idleWorkers: NonNullable<RunFlags['idleWorkers']>
  /** null: the pacer's own plan. */
  readonly plan: PlanKind | null
}

export interface Question {
  readonly name: string
  readonly title: string
  /** What the reader should look for. */
  readonly says: string
  readonly scenario: string
  /** Allocators among so many Ps. */
  allocators(procs: number): number
  /** The first is compared with the second. */
  readonly settings: readonly [Setting, Setting]
  readonly columns: readonly Column[]
}

const number = (head: string, measure: Measure, isCompared = false): Column => ({
  ...{ head, measure, isPercent: false, isCompared },
})
const part = (head: string, measure: Measure): Column => ({
  ...{ head, measure, isPercent: true, isCompared: false },
})

export const questions: readonly Question[] = [
  {
    name: 'idle',
    title: 'Idle workers',
    says: 'One goroutine allocates, so the other Ps are idle but for the planned worker. CPU seen is what a pacer takes for the share of the collector, a quarter and assists; CPU taken is what the collector has, with idle workers. cons/mark is bytes allocated for each byte scanned, for equal times of the CPU: without the time of idle workers as the redesign and Go 1.18 measure it, and with it as Go 1.19 and later do. The last row of a pacer is the skew: the figure with idle workers over that without them, 1 for none.',
    scenario: 'soft-goal/fast-gogc-100',
    allocators: () => 1,
    settings: [
      { name: 'on', idleWorkers: 'on', plan: null },
      { name: 'off', idleWorkers: 'off', plan: null },
    ],
    columns: [
      part('idle workers', idleShare),
      part('assists', assistShare),
      part('CPU seen', seen),
      part('CPU taken', taken),
      number('mark, ms', markMs, true),
      number('cons/mark', consMark, true),
      number('with idle time', consMarkWithIdle, true),
      number('trigger', triggerPlace, true),
    ],
  },
  {
    name: 'fractional',
    title: 'Fractional workers',
    says: 'Every P allocates, and the quarter of the CPU is planned as one dedicated worker for each four Ps, or as a fractional worker on each. Without a worker is the longest stretch of a mark in which no planned worker marks, as a share of the mark. Past the goal are the cycles whose mark ends above the goal, and by how much the worst does.',
    scenario: 'soft-goal/gogc-100',
    allocators: procs => procs,
    settings: [
      { name: 'fractional', idleWorkers: 'on', plan: 'fractional' },
      { name: 'dedicated', idleWorkers: 'on', plan: 'dedicated' },
    ],
    columns: [
      part('workers', workerShare),
      part('their spread', workerSpread),
      part('without a worker', longestWithoutWorker),
      part('assists', assistShare),
      number('mark, ms', markMs, true),
      number('cons/mark', consMark, true),
      part('past the goal', cyclesPastGoal),
      part('by at most', worstPastGoal),
    ],
  },
]
