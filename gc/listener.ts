/**
 * What the collector tells of itself while it works. A protocol names what happens, and nothing in
 * the protocol knows who listens: cycle records, trace events and the account of the overrun are
 * listeners (gc/record/).
 *
 *   a cycle, in its stops   cycleStarted → planned → markStarted → … → markOver → marked →
 *                           cycleEnded
 *   after it                swept
 *   at any time             at, left, charged, slice
 *
 * A listener changes no word that the collector decides by. So the collector collects alike,
 * whoever listens (test/gc/listener.test.ts).
 */

import type { FaultPoint, FaultPoints } from '../memory/fault-points.ts'
import type { Bytes, Milliseconds } from '../memory/kinds.ts'

/** What a P did in a stretch of time. In brackets: what its `detail` is. */
export type Slice =
  /** (The goroutine.) */
  | 'goroutine'
  /** Marking as a worker (the cycle). */
  | 'dedicated worker'
  | 'fractional worker'
  | 'idle worker'
  /** Marking to pay for an allocation (scan work in bytes). */
  | 'assist'
  /** Sweeping, in idle time or inside a goroutine's slice (spans). */
  | 'sweep'
  /** Standing still (0). */
  | 'stopped'
  /** (The goroutine that waits.) */
  | 'blocked in place'

/**
 * How a request for memory is paid for: before the memory was taken; by credit that its goroutine
 * has; or next, since the goroutine has not enough credit.
 */
export type Payment = 'before' | 'by credit' | 'next'

/** What a listener may ask of the mark while it is told of a charge. */
export interface MarkState {
  /** Every P that drains has stopped or stands aside, and no shared work is left. */
  readonly isOutOfWork: boolean
  readonly isWorkAvailable: boolean
}

/** @nosafepoint */
export interface Listener {
  /** This P is at a point of a protocol, until it names another one or has left. */
  at(point: FaultPoint): void
  /** This P has left the protocol that ends the mark, if it was in it. */
  left(): void
  /** While a cycle marks, this P has taken `bytes` and charged them to the live heap. */
  charged(bytes: Bytes, payment: Payment, mark: MarkState): void
  /** This P did `kind` from `startMs` until now. */
  slice(kind: Slice, startMs: Milliseconds, detail: number): void
  /**
   * Setup stop: the cycle is counted, and L and the trigger are as they were when the stop was
   * raised.
   */
  cycleStarted(): void
  /** Setup stop: the pacer has planned the cycle. */
  planned(): void
  /** Setup stop: its last step. `pauseMs`: since the stop was requested. */
  markStarted(pauseMs: Milliseconds): void
  /** Termination stop: no grey object is left, and every cache still holds its span. */
  markOver(): void
  /**
   * Termination stop: `bytesMarked` live, of which checkmark found `checkedBytes` (0: it did not
   * look).
   */
  marked(bytesMarked: number, checkedBytes: Bytes): void
  /** Termination stop: its last step. `requestedMs`: when the stop was requested. */
  cycleEnded(requestedMs: Milliseconds, endMs: Milliseconds): void
  /** The sweep is complete. Told by the sweeper whose leaving completed it. */
  swept(): void
}

/** Hears nothing. For tests, and as the base of listeners that hear of little. */
export class NullListener implements Listener {
  at(_point: FaultPoint): void {}
  left(): void {}
  charged(_bytes: Bytes, _payment: Payment, _mark: MarkState): void {}
  slice(_kind: Slice, _startMs: Milliseconds, _detail: number): void {}
  cycleStarted(): void {}
  planned(): void {}
  markStarted(_pauseMs: Milliseconds): void {}
  markOver(): void {}
  marked(_bytesMarked: number, _checkedBytes: Bytes): void {}
  cycleEnded(_requestedMs: Milliseconds, _endMs: Milliseconds): void {}
  swept(): void {}
}

/** Tells several listeners, in their order. At a point, a fault may strike after them. */
export class Listeners implements Listener {
  private readonly faults: FaultPoints
  private readonly all: readonly Listener[]

  constructor(faults: FaultPoints, all: readonly Listener[]) {
    this.faults = faults
    this.all = all
  }

  at(point: FaultPoint): void {
    for (const each of this.all) each.at(point)
    this.faults.pass(point)
  }

  left(): void {
    for (const each of this.all) each.left()
  }

  charged(bytes: Bytes, payment: Payment, mark: MarkState): void {
    for (const each of this.all) each.charged(bytes, payment, mark)
  }

  slice(kind: Slice, startMs: Milliseconds, detail: number): void {
    for (const each of this.all) each.slice(kind, startMs, detail)
  }

  cycleStarted(): void {
    for (const each of this.all) each.cycleStarted()
  }

  planned(): void {
    for (const each of this.all) each.planned()
  }

  markStarted(pauseMs: Milliseconds): void {
    for (const each of this.all) each.markStarted(pauseMs)
  }

  markOver(): void {
    for (const each of this.all) each.markOver()
  }

  marked(bytesMarked: number, checkedBytes: Bytes): void {
    for (const each of this.all) each.marked(bytesMarked, checkedBytes)
  }

  cycleEnded(requestedMs: Milliseconds, endMs: Milliseconds): void {
    for (const each of this.all) each.cycleEnded(requestedMs, endMs)
  }

  swept(): void {
    for (const each of this.all) each.swept()
  }
}
