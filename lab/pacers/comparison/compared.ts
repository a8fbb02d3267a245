/** Plays scenarios in the macro engine under both of its pacers, to be seen side by side. */
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import { type Metrics, metricsOf } from '../league/metrics.ts'
import type { ControllerConstants } from '../macro/controller.ts'
import type { MacroPacer } from '../macro/engine.ts'
import { columnOf, type MacroRun, macroRun } from '../macro/run.ts'
import type { Scenario } from '../scenario.ts'

export const MACRO_PACERS = ['old', 'new'] as const satisfies readonly MacroPacer[]

export interface Compared {
  readonly scenario: string
  readonly what: string
  readonly runs: Readonly<Record<MacroPacer, MacroRun>>
  readonly metrics: Readonly<Record<MacroPacer, Metrics>>
}

export interface MacroScenario {
  readonly scenario: Scenario
  readonly what: string
  /** The cycle in which something changes for good. */
  readonly step: number
}

/** Throws an InputError. */
export function compare(
  { scenario, what, step }: MacroScenario,
  controller: ControllerConstants,
  named: string,
): Compared {
  const [old, redesigned] = MACRO_PACERS.map(pacer =>
    macroRun(scenario, pacer, controller, named),
  ) as [MacroRun, MacroRun]
  return {
    ...{ scenario: scenario.origin, what, runs: { old, new: redesigned } },
    metrics: { old: macroMetrics(old, step), new: macroMetrics(redesigned, step) },
  }
}

/** The metrics of the league. What is above the background's quarter are assists. */
function macroMetrics(run: MacroRun, step: number): Metrics {
  const utilization = columnOf(run, 'actual_u')
  return metricsOf(
    {
      heapLive: [0, ...columnOf(run, 'live').slice(0, -1)],
      trigger: columnOf(run, 'trigger'),
      peak: columnOf(run, 'peak'),
      goal: columnOf(run, 'goal'),
      work: columnOf(run, 'scan'),
      utilization,
      assists: utilization.map(share => Math.max(share - BACKGROUND_UTILIZATION, 0)),
      r: columnOf(run, 'r'),
    },
    step,
  )
}
