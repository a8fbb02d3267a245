/**
 * The experiments, by name: those of golang/go#52433 itself, and its relatives. Each is a file in
 * lab/overrun/experiments/.
 */
import type { Experiment, ExperimentName } from './experiment.ts'
import { experiment as credit } from './experiments/credit.ts'
import { experiment as fullUse } from './experiments/full-use.ts'
import { experiment as gcsys } from './experiments/gcsys.ts'
import { experiment as heapsampling } from './experiments/heapsampling.ts'
import { experiment as kernel } from './experiments/kernel.ts'
import { experiment as largeObjects } from './experiments/large-objects.ts'
import { experiment as lateWork } from './experiments/late-work.ts'
import { experiment as limit } from './experiments/limit.ts'
import { experiment as rate } from './experiments/rate.ts'
import { experiment as restarts } from './experiments/restarts.ts'
import { experiment as stackScans } from './experiments/stack-scans.ts'

export const EXPERIMENT_NAMES: readonly ExperimentName[] = [
  'limit',
  'rate',
  'large-objects',
  'stack-scans',
  'credit',
  'gcsys',
  'heapsampling',
  'restarts',
  'late-work',
  'full-use',
  'kernel',
]

export const experiments: Readonly<Record<ExperimentName, Experiment>> = {
  limit,
  rate,
  'large-objects': largeObjects,
  'stack-scans': stackScans,
  credit,
  gcsys,
  heapsampling,
  restarts,
  'late-work': lateWork,
  'full-use': fullUse,
  kernel,
}
