/**
 * Go 1.10 to 1.13, golang/go#14951 as first shipped. The trigger may be anywhere below 0.95 of the
 * way to the goal. Only a heap beyond its soft goal is taken as all live. (1.13 already aimed at
 * the cycle's own goal.) The proposal's settings are `hard=1.05,background=0.2,target=0.25`.
 */
import type { Pacer } from './pacer.ts'
import { type SoftHardOptions, softHardGoal } from './soft-hard-goal.ts'
import { scaledRoom } from './trigger-ratio.ts'

export function go110(options: SoftHardOptions): Pacer {
  return softHardGoal(
    {
      name: 'go1.10',
      describe: 'Go 1.10 to 1.13: soft and hard goal',
      minShare: 0,
      isHardOnceExceeded: false,
      aimsAtCycleGoal: false,
      sweepRoom: scaledRoom,
    },
    options,
  )
}
