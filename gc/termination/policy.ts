/**
 * How the end of a mark is found and agreed on. This is what the overrun lab studies. A policy is a
 * file. It is told of events, asks `Marking` whether the mark may be over, and raises the
 * termination stop.
 *
 * No policy can end a mark too early: the stop that it raises asks the exact question, and lets the
 * mark go on if anything is left (gc/cycle.ts). What a policy must see to is that somebody raises
 * the stop once nothing is left, and soon.
 */
import type { Bytes } from '../../memory/kinds.ts'

export type TerminationName = 'coordinator' | 'assist-takes-over' | 'helping'

/** What a policy may ask of the mark, and do to it (gc/mark/drain.ts). */
export interface Marking {
  /** No P drains, no stack is wanted, no shared work is left. A hint. */
  readonly isQuiescent: boolean
  /**
   * Every P that drains has stopped or stands aside, and no shared work is left. Stacks may still
   * be wanted. A hint.
   */
  readonly isOutOfWork: boolean
  /** This P could mark something now. */
  readonly isWorkAvailable: boolean
  /** Counts this P off as a drainer. True if it was the last one. */
  countOff(): boolean
  /** Carries out the shades that wait in this P's barrier buffer. */
  flush(): void
  /** Publishes the P's grey objects. True if there were any. */
  publish(): boolean
}

export interface Termination {
  /**
   * The termination stop marks what is left itself, up to this many bytes of scan work. If there is
   * more, the mark is restarted.
   */
  readonly remainderBytes: Bytes
  /**
   * This P's drain is over. The P still counts as a drainer: the policy must count it off.
   * @safepoint
   */
  onDrained(): void
  /** This P has served a wanted scan, and published what that found. @safepoint */
  onScanServed(): void
  /**
   * While a cycle marks, the goroutine of this P has taken memory, and has paid for it. Returns
   * true if the goroutine is to assist, though it owes nothing. @safepoint
   */
  onRefill(): boolean
  /** This P waits at the gate and sees no work. @safepoint */
  onGateIdle(): void
}
