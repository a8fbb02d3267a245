/**
 * Named points at which a run can harm itself on purpose (`--fault`). Each lies between two steps
 * of a protocol that other Ps rely on. There the P may stall, give way or die. At a few points what
 * the P asks for may be refused.
 *
 * runtime/options/faults.ts says where each point is. Each is a `step` too, so that a controlled
 * schedule can switch there. Hot code has none: the mark loop, an allocation's fast path, a write
 * barrier whose buffer is not full.
 */
import { step } from '#sync'

/**
 * All points. Their order is that of their counters (FAULT_COUNTS) and of the places of a P that a
 * fault stalls (gc/record/place.ts).
 */
export const FAULT_POINTS = [
  'refill',
  'large-allocation',
  'pages/locked',
  'stop/raise',
  'stop/raised',
  'stop/acknowledge',
  'stop/restart',
  'stop/go-on',
  'mark-setup/stopped',
  'mark/root',
  'mark/stack',
  'mark/scan-wanted',
  'mark/scan-served',
  'drain/leave',
  'drain/count-off',
  'mark-termination/enter',
  'mark-termination/before-barrier',
  'mark-termination/in-barrier',
  'mark-termination/after-barrier',
  'mark-termination/published',
  'mark-termination/before-stop',
  'mark-termination/stopped',
  'mark-termination/remainder',
  'mark-termination/restarted',
  'mark-termination/leave',
  'dedicated-worker/start',
  'dedicated-worker/park',
  'dedicated-worker/offer',
  'dedicated-worker/take',
  'fractional-worker/start',
  'fractional-worker/park',
  'idle-worker/start',
  'idle-worker/park',
  'mark-worker/parked',
  'work/put-full',
  'work/take-full',
  'work/take-empty',
  'barrier/full',
  'barrier/flush',
  'barrier/serve',
  'assist/pay',
  'assist/wait',
  'gate/wait',
  'assist/wake',
  'sweep/span',
  'sweep/complete',
  'sleep/announced',
  'sleep/wait',
  'sleep/woken',
  'sleep/wake',
  'goroutine/start',
  'goroutine/end',
  'goroutine/parked',
  'goroutine/ready',
  'goroutine/wait-for-scan',
  'channel/lock',
  'channel/deliver',
  'ring/take',
  'ring/steal',
  'ready/push',
] as const
export type FaultPoint = (typeof FAULT_POINTS)[number]

export interface FaultPoints {
  /** The P is at the point. Returns true if what it asks for there must be refused. */
  pass(point: FaultPoint): boolean
}

/** Harms nothing. */
export const NO_FAULTS: FaultPoints = {
  pass(point) {
    step(point)
    return false
  },
}
