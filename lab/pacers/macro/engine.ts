/**
 * Runs the macro engine over a scenario. Its columns are those of mknyszek/pacer-model's output,
 * and two that its plots derive.
 */
import { cellAt } from '../../indexed.ts'
import { BLOCK_ROWS, type Block, type Simulation } from '../engine.ts'
import { InputError } from '../input-error.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { CONTROLLERS, type ControllerConstants } from './controller.ts'
import { GLOBAL_FIELDS, type Model, newRows } from './model.ts'
import { NewModel } from './new.ts'
import { OldModel } from './old.ts'

const COLUMNS = [
  ...['cycle', 'r', 'live', 'scan', 'goal', 'actual_u', 'target_u', 'trigger', 'peak'],
  ...['overshoot_pct', 'alloc_scan_ratio'],
]
/** How many saturated cycles are named. */
const MOST_NAMED = 5

export type MacroPacer = 'old' | 'new'

/**
 * Throws an InputError, also while blocks are drawn.
 *
 * @param controller - of the new pacer; the old one has its own
 * @param named - the controller's name in messages
 */
export function macroSimulation(
  scenario: Scenario,
  pacer: MacroPacer,
  controller: ControllerConstants = CONTROLLERS.new,
  named = 'new',
): Simulation {
  const globals = globalsOf(scenario, GLOBAL_FIELDS)
  const saturated: number[] = []
  let saturations = 0

  function* blocks(): Iterable<Block> {
    const model: Model = pacer === 'old' ? new OldModel(globals) : new NewModel(globals, controller)
    const rows = newRows(BLOCK_ROWS)
    const column = (): Float64Array => new Float64Array(BLOCK_ROWS)
    const [cycle, overshoot, ratio] = [column(), column(), column()]
    const target = column().fill(model.targetUtilization)
    const [alloc, scan] = scenario.columns as [Float64Array, Float64Array]
    for (let from = 0; from < scenario.cycles; from += BLOCK_ROWS) {
      const to = Math.min(from + BLOCK_ROWS, scenario.cycles)
      model.advance(scenario.columns, from, to, rows)
      for (let row = 0; row < to - from; row++) {
        const at = from + row
        const peak = cellAt(rows.peak, row)
        cycle[row] = at
        overshoot[row] = (peak / cellAt(rows.goal, row) - 1) * 100
        ratio[row] = ratioOf(cellAt(alloc, at), cellAt(scan, at), model.targetUtilization)
        if (!Number.isFinite(peak) || !Number.isFinite(rows.live[row]))
          throw new InputError(
            scenario.origin,
            `cycle ${at}`,
            'the heap grows beyond what a number holds: growth_rate',
          )
        if (pacer === 'new' && Number.isNaN(rows.r[row]))
          throw new InputError(
            scenario.origin,
            `cycle ${at}`,
            `r is no number under the controller ${named}`,
          )
        if (rows.saturated[row] === 1 && saturations++ < MOST_NAMED) saturated.push(at)
      }
      yield {
        rows: to - from,
        columns: [
          ...[
            cycle,
            rows.r,
            rows.live,
            rows.scan,
            rows.goal,
            rows.utilization,
            target,
            rows.trigger,
            rows.peak,
          ],
          ...[overshoot, ratio],
        ],
      }
    }
  }

  return {
    columns: COLUMNS,
    cycles: scenario.cycles,
    blocks,
    remarks: () =>
      saturations === 0 ? [] : [saturationRemark(scenario.origin, saturated, saturations)],
  }
}

/** The r of a perfect pacer. */
function ratioOf(alloc: number, scan: number, target: number): number {
  return (alloc * (1 - target)) / (scan * target)
}

function saturationRemark(origin: string, named: readonly number[], all: number): string {
  const more = all > named.length ? ' …' : ''
  return `${origin}: the trigger lies above the goal in ${all} ${all === 1 ? 'cycle' : 'cycles'} (${named.join(', ')}${more}); the distance is taken as 0, where the original wraps`
}
