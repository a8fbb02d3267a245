/** How the end of marking is found and agreed on: what the overrun lab studies. One policy, one file. */
export type TerminationName = 'coordinator' | 'assist-takes-over' | 'helping'

export interface Termination {
  /** Scan work, in bytes, up to which what is left is marked in the termination stop; more of it restarts the mark. */
  readonly remainderBytes: number
  /** Called by a P whose drain is over: counts it off (Drain.countOff). A safepoint. */
  leave(): void
  /** Called by a P that has served a wanted scan, and published what that found. A safepoint. */
  markMayBeOver(): void
  /** Called while a cycle marks by a P whose goroutine has taken memory and has paid for it, or waits at the gate and sees no work. A safepoint. */
  atRefill(isAtGate: boolean): void
}
