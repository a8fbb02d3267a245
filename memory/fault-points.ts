/**
 * Named places at which a run can harm itself on purpose (`--fault`): between two steps of a protocol that others rely on. At each the P may be
 * stalled, or die; a few may be refused what they ask for. runtime/options/faults.ts says of each where it is, and does the harm; each is a `step` too.
 * None is in the mark loop, on an allocation's fast path, or before the barrier's buffer is full.
 */
import { step } from '#sync'

/** In the order of their counters (FAULT_COUNTS), and of their places (gc/record/place.ts). */
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
  /** The P is at the point. True if what it asks for there is to be refused. */
  pass(point: FaultPoint): boolean
}

export const NO_FAULTS: FaultPoints = {
  pass(point) {
    step(point)
    return false
  },
}
