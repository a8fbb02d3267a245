/** A whole run of the macro engine, for those that look at all of its cycles at once. */
import { cellAt, itemAt } from '../../indexed.ts'
import type { Scenario } from '../scenario.ts'
import type { ControllerConstants } from './controller.ts'
import { type MacroPacer, macroSimulation } from './engine.ts'

export interface MacroRun {
  /** The columns of the macro engine by name, a number for each cycle. */
  readonly columns: Readonly<Record<string, readonly number[]>>
  /** What the reader must know, one line each. */
  readonly remarks: readonly string[]
}

/**
 * Throws an InputError.
 *
 * @param controller - of the new pacer
 * @param named - the controller's name in messages
 */
export function macroRun(
  scenario: Scenario,
  pacer: MacroPacer,
  controller: ControllerConstants,
  named: string,
): MacroRun {
  const simulation = macroSimulation(scenario, pacer, controller, named)
  const run = simulation.columns.map(name => [name, [] as number[]] as const)
  for (const { rows, columns } of simulation.blocks())
    for (const [at, [, values]] of run.entries()) {
      const column = itemAt(columns, at) as Float64Array
      for (let row = 0; row < rows; row++) values.push(cellAt(column, row))
    }
  return { columns: Object.fromEntries(run), remarks: simulation.remarks() }
}

/** A column of a run. Throws a RangeError where there is none. */
export function columnOf({ columns }: MacroRun, name: string): readonly number[] {
  const column = columns[name]
  if (column === undefined) throw new RangeError(`the macro engine has no column ${name}`)
  return column
}
