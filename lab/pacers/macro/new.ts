/**
 * The redesign as proposed (golang/go#44167), in the model (model.ts). r and γ are the proposal's
 * names; its A and K are the rates of allocation and scanning. For each cycle:
 *
 * 1. The goal is γ times what lives, stacks and globals included, and at least the floors.
 * 2. The trigger lies r times the expected scan work below the goal, but at least at a share of the
 *    way from the live heap to the goal. The first cycle has no r yet.
 * 3. If a quarter of the CPU is enough to keep the goal, only workers mark. Otherwise assists take
 *    as much of the CPU as the slope from trigger to goal needs.
 * 4. The controller moves r towards the r that would have been right. Its integral is led back
 *    while its output is limited.
 */
import { cellAt } from '../../indexed.ts'
import { MiB } from '../../units.ts'
import { Controller, type ControllerConstants } from './controller.ts'
import { type CycleColumns, type Globals, type Model, ModelHeap, type Rows } from './model.ts'

const TARGET = 0.25
const LEAST_GOAL = 2 * MiB
const MIN_TRIGGER_SHARE = 0.6
const R_MARGIN = 0.05

export class NewModel implements Model {
  readonly targetUtilization = TARGET
  private readonly globals: Globals
  private readonly controller: Controller
  private readonly heap: ModelHeap
  private r = 0

  constructor(globals: Globals, controller: ControllerConstants) {
    this.globals = globals
    this.controller = new Controller(controller)
    this.heap = new ModelHeap(globals)
  }

  advance(columns: readonly Float64Array[], from: number, to: number, rows: Rows): void {
    const [allocs, scans, growths, fractions, stacks, targets] = columns as CycleColumns
    const { heap, controller } = this
    const { gamma, globals } = this.globals
    let { r } = this
    for (let cycle = from; cycle < to; cycle++) {
      const alloc = cellAt(allocs, cycle)
      const scanRate = cellAt(scans, cycle)
      const growth = cellAt(growths, cycle)
      const fraction = cellAt(fractions, cycle)
      const stack = cellAt(stacks, cycle)
      const target = cellAt(targets, cycle)
      const row = cycle - from
      const { live, scan } = heap

      let goal = Math.trunc((live + stack + globals) * gamma)
      if (target > 0 && goal < target) goal = target
      if (goal < LEAST_GOAL) goal = LEAST_GOAL
      const expected = scan + stack + globals
      let trigger: number
      if (heap.isFirst) trigger = Math.trunc((7 * goal) / 8)
      else {
        const back = Math.trunc(r * expected) + live
        trigger = live + (back < goal ? goal - back : 0)
        const least = live + Math.trunc((goal - live) * MIN_TRIGGER_SHARE)
        if (trigger < least) trigger = least
      }

      const slope = (goal - trigger) / expected
      let runway = (alloc * 0.75) / (scanRate * 0.25)
      let utilization = TARGET
      if (runway > slope) {
        runway = slope
        const x = alloc / (slope * scanRate)
        // x is infinite if the slope is 0: all of the CPU then.
        utilization = x === Number.POSITIVE_INFINITY ? 1 : x / (1 + x)
      }
      const work = heap.work(growth, stack)
      const peak = trigger + Math.trunc(runway * work)
      const black = peak - trigger
      heap.survive(black, growth, fraction)

      rows.r[row] = r
      rows.live[row] = heap.live
      rows.scan[row] = heap.scan
      rows.goal[row] = goal
      rows.utilization[row] = utilization
      rows.trigger[row] = trigger
      rows.peak[row] = peak
      rows.saturated[row] = trigger > goal ? 1 : 0

      const measured = ((black / work) * (0.75 / (1 - utilization))) / (0.25 / utilization)
      // Not finite: nothing was scanned, or the program did not run.
      if (measured - measured !== 0) continue
      r = controller.next(r, measured)
      if (r < R_MARGIN) r = R_MARGIN
      if (r > gamma - R_MARGIN) r = gamma - R_MARGIN
    }
    this.r = r
  }
}
