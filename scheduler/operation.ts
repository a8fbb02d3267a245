/**
 * An operation that a goroutine may have to wait in: a channel operation, select, sleep, lock, wait. A program writes `yield*` before it. It is
 * its own iterator: where it can be done at once it is, without a turn through the scheduler; else it parks the goroutine, and goes on when the
 * goroutine is made ready.
 *
 *   next, first    safepoint; give way if the slice is used up; try; else: put its references on the shadow stack, status WAITING, and
 *                  with that look again: done after all, or queued where others find it
 *   next, woken    take what was handed over
 *
 * The goroutine is WAITING before it is in any queue, since a change of status may have to scan its stack, which no lock may be held for.
 */
import { probeStack, probeStackDeep } from '../gc/stack-probe.ts'
import type { Addr } from '../heap/memory.ts'
import type { P } from './p.ts'

/** What the scheduler sees when a goroutine has parked itself; `undefined` is giving way. */
export const PARKED: unique symbol = Symbol('parked')

const PARKED_STEP: IteratorYieldResult<typeof PARKED> = { done: false, value: PARKED }
const GIVE_WAY_STEP: IteratorYieldResult<undefined> = { done: false, value: undefined }

const FRESH = 0
const AWAITS_TURN = 1
const IS_PARKED = 2
const IS_DONE = 3

/** What a step of an operation yields to the scheduler. */
export type Yielded = typeof PARKED | undefined

/** An operation was made, and its `yield*` forgotten. */
export class MissingYieldError extends TypeError {
  constructor(what: string) {
    super(`${what} was never waited for: yield* is missing before it`)
  }
}

export abstract class YieldedOperation<T> implements Iterator<Yielded, T, unknown>, Iterable<Yielded, T, unknown> {
  protected readonly p: P
  /** As in messages: `send`. */
  abstract readonly what: string
  private state = FRESH
  /** Words of the shadow stack in use before this operation put its references there, from the base; −1: it has not. */
  private kept = -1

  /** Throws a MissingYieldError if the operation made before was never waited for. */
  constructor(p: P) {
    const { unstarted } = p
    p.unstarted = this
    if (unstarted !== null) throw new MissingYieldError(unstarted.what)
    this.p = p
  }

  [Symbol.iterator](): this {
    return this
  }

  next(): IteratorResult<Yielded, T> {
    const p = this.p
    const isPolled = this.state === FRESH && p.isPolled
    if (isPolled) probeStackDeep()
    else probeStack()
    if (p.unstarted === this) p.unstarted = null
    if (this.state === FRESH) {
      this.state = AWAITS_TURN
      if (isPolled) {
        this.protect()
        p.safepoint()
      }
      if (p.mustGiveWay) {
        this.protect()
        return GIVE_WAY_STEP
      }
    }
    if (this.state === AWAITS_TURN) {
      if (this.tryNow()) return this.finish()
      this.protect()
      if (this.parkOrFinish()) {
        this.state = IS_PARKED
        return PARKED_STEP
      }
      p.unpark()
      return this.finish()
    }
    if (this.state === IS_DONE) throw new TypeError(`a ${this.what} is waited for twice: make another operation`)
    this.resume()
    return this.finish()
  }

  private finish(): IteratorReturnResult<T> {
    const { stack } = this.p.collector
    this.state = IS_DONE
    if (this.kept >= 0) stack.top = stack.base + this.kept
    return { done: true, value: this.result() }
  }

  private protect(): void {
    if (this.kept >= 0) return
    const { stack } = this.p.collector
    this.kept = stack.top - stack.base
    this.keepReferences(reference => stack.push(reference))
  }

  /** Word index of the `index`th reference that `keepReferences` has put on the shadow stack. */
  protected slot(index: number): number {
    return this.p.collector.stack.base + this.kept + index
  }

  /** Puts every reference that it needs while it waits on the shadow stack. */
  protected abstract keepReferences(keep: (reference: Addr) => void): void
  /** Does it, if that is possible now. */
  protected abstract tryNow(): boolean
  /** Parks the goroutine, and queues it; false if it could be done on the second look and the goroutine is in no queue. */
  protected abstract parkOrFinish(): boolean
  /** The goroutine was woken: takes what it was woken with. Runs while its references are still kept. */
  protected abstract resume(): void
  protected abstract result(): T
}
