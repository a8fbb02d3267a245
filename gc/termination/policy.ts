/**
 * How the end of marking is found and agreed on: what the overrun lab studies. One policy, one
 * file. A policy is told of events, asks `Marking` whether the mark may be over, and raises the
 * stop.
 */
import type { Bytes } from '../../memory/kinds.ts'

export type TerminationName = 'coordinator' | 'assist-takes-over' | 'helping'

/** What a policy may ask of the mark, and do to it. */
export interface Marking {
  /** Nobody drains, no stack is wanted, no shared work is left. A hint. */
  readonly isQuiescent: boolean
  /** No P that runs drains, and no shared work is left; stacks may still be wanted. A hint. */
  readonly isOutOfWork: boolean
  /** This P could mark something now. */
  readonly isWorkAvailable: boolean
  /** Counts this P off, as one whose drain is over. True if it was the last that drained. */
  countOff(): boolean
  /** Carries out the shades that wait in this P's barrier buffer. */
  flush(): void
  /** Makes everybody's what this P's queue holds. True if it held anything. */
  publish(): boolean
}

export interface Termination {
  /**
   * Scan work, in bytes, up to which what is left is marked in the termination stop; more of it
   * restarts the mark.
   */
  readonly remainderBytes: Bytes
  /** This P's drain is over, and still counts: the policy counts it off. @safepoint */
  onDrained(): void
  /** This P has served a wanted scan, and published what that found. @safepoint */
  onScanServed(): void
  /**
   * While a cycle marks, the goroutine of this P has taken memory and has paid for it. True if it
   * is to assist, though it owes nothing. @safepoint
   */
  onRefill(): boolean
  /** This P waits at the gate and sees no work. @safepoint */
  onGateIdle(): void
}
