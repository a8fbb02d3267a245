/**
 * Go 1.14 to 1.17, the last form of golang/go#14951. The trigger is at least 0.6 of the way to the
 * goal; without this bound it ran away from heaps that allocate fast. A heap that has taken more
 * work than was expected is taken as all live at once.
 */
import type { Pacer } from './pacer.ts'
import { type SoftHardOptions, softHardGoal } from './soft-hard-goal.ts'
import { FIXED_ROOM } from './trigger-ratio.ts'

export function go114(options: SoftHardOptions): Pacer {
  return softHardGoal(
    {
      name: 'go1.14',
      describe: 'Go 1.14 to 1.17: soft and hard goal, trigger at 0.6 of the way at least',
      minShare: 0.6,
      isHardOnceExceeded: true,
      aimsAtCycleGoal: true,
      sweepRoom: () => FIXED_ROOM,
    },
    options,
  )
}
