/**
 * Named places at which a run can harm itself on purpose (`--fault`): between two steps of a protocol that others rely on. At each the P may be
 * stalled, or die; a few may be refused what they ask for. runtime/faults.ts says of each where it is, and does the harm; each is a `step` too.
 * None is in the mark loop, on an allocation's fast path, or before the barrier's buffer is full.
 */
import { step } from '#sync'

export type FaultPoint =
  | 'refill'
  | 'large-allocation'
  | 'pages/locked'
  | `stop/${'raise' | 'raised' | 'acknowledge' | 'restart' | 'go-on'}`
  | `mark/${'root' | 'stack' | 'scan-wanted' | 'scan-served'}`
  | `mark-${'setup' | 'termination'}/stopped`
  | `mark-termination/${'enter' | 'before-barrier' | 'in-barrier' | 'after-barrier' | 'published'}`
  | `mark-termination/${'before-stop' | 'remainder' | 'restarted' | 'leave'}`
  | `${'dedicated' | 'fractional' | 'idle'}-worker/${'start' | 'park'}`
  | `dedicated-worker/${'offer' | 'take'}`
  | `work/${'put-full' | 'take-full' | 'take-empty'}`
  | `barrier/${'full' | 'flush' | 'serve'}`
  | 'gate/wait'
  | `assist/${'pay' | 'wait' | 'wake'}`
  | `sweep/${'span' | 'complete'}`
  | `sleep/${'announced' | 'wait' | 'woken' | 'wake'}`
  | `goroutine/${'start' | 'end' | 'parked' | 'ready' | 'wait-for-scan'}`
  | `${'drain/leave' | 'drain/count-off' | 'channel/lock' | 'channel/deliver' | 'ring/take' | 'ring/steal' | 'ready/push'}`

export interface FaultPoints {
  /** The P is at the point. True if what it asks for there is to be refused. */
  pass(point: FaultPoint): boolean
}

export const NO_FAULTS: FaultPoints = {
  pass(point) {
    step(point)
    return false
  },
}
