/** The relatives of golang/go#52433 that can be measured, by name: lab/overrun/relatives/NAME.ts has one each. */
import type { Experiment, ExperimentName } from './experiment.ts'

export const EXPERIMENT_NAMES: readonly ExperimentName[] = ['credit', 'gcsys', 'restarts', 'late-work', 'full-use']

export const relatives: Partial<Readonly<Record<ExperimentName, Experiment>>> = {}
