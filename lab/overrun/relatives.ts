/**
 * The relatives of golang/go#52433 that can be measured, by name. Each is a file in
 * lab/overrun/relatives/.
 */
import type { Experiment, ExperimentName } from './experiment.ts'
import { experiment as credit } from './relatives/credit.ts'
import { experiment as fullUse } from './relatives/full-use.ts'
import { experiment as gcsys } from './relatives/gcsys.ts'
import { experiment as lateWork } from './relatives/late-work.ts'
import { experiment as restarts } from './relatives/restarts.ts'

export const EXPERIMENT_NAMES: readonly ExperimentName[] = [
  'credit',
  'gcsys',
  'restarts',
  'late-work',
  'full-use',
]

export const relatives: Partial<Readonly<Record<ExperimentName, Experiment>>> = {
  credit,
  gcsys,
  restarts,
  'late-work': lateWork,
  'full-use': fullUse,
}
