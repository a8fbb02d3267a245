/** Plays scenarios in the macro engine under both of its pacers, to be seen side by side. */
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import { cellAt, itemAt } from '../../indexed.ts'
import { type Metrics, metricsOf } from '../league/metrics.ts'
import type { ControllerConstants } from '../macro/controller.ts'
import { type MacroPacer, macroSimulation } from '../macro/engine.ts'
import type { Scenario } from '../scenario.ts'

export const MACRO_PACERS = ['old', 'new'] as const satisfies readonly MacroPacer[]

/** A run: the columns of the macro engine by name, a number for each cycle. */
export type MacroRun = Readonly<Record<string, readonly number[]>>

export interface Compared {
  readonly scenario: string
  readonly what: string
  readonly runs: Readonly<Record<MacroPacer, MacroRun>>
  readonly metrics: Readonly<Record<MacroPacer, Metrics>>
  /** What the reader must know, one line each. */
  readonly remarks: readonly string[]
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
  const remarks: string[] = []
  const runOf = (pacer: MacroPacer): MacroRun => {
    const simulation = macroSimulation(scenario, pacer, controller, named)
    const run = Object.fromEntries(simulation.columns.map(name => [name, [] as number[]]))
    for (const { rows, columns } of simulation.blocks())
      for (const [at, name] of simulation.columns.entries())
        for (let row = 0; row < rows; row++)
          run[name]?.push(cellAt(itemAt(columns, at) as Float64Array, row))
    remarks.push(...simulation.remarks().map(remark => `${remark} (${pacer})`))
    return run
  }
  const runs = { old: runOf('old'), new: runOf('new') }
  return {
    scenario: scenario.origin,
    what,
    runs,
    metrics: { old: macroMetrics(runs.old, step), new: macroMetrics(runs.new, step) },
    remarks,
  }
}

/** The column of a run. Throws a RangeError where there is none. */
export function columnOf(run: MacroRun, name: string): readonly number[] {
  const column = run[name]
  if (column === undefined) throw new RangeError(`the macro engine has no column ${name}`)
  return column
}

/** The metrics of the league. What is above the background's quarter are assists. */
export function macroMetrics(run: MacroRun, step: number): Metrics {
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
