/**
 * A goroutine as the P that runs it holds it: its generator, and the operation that it waits in.
 *
 *   go on, until the goroutine
 *     ends        nothing may be left in `handedOver`
 *     gives way   by a plain yield, or by an operation whose slice is used up
 *     parks       the operation that it handed over queues it; if that need not wait, go on
 *   `yield operation`, without the star, is carried out here
 */
import type { Yielded, YieldedOperation } from './operation.ts'
import type { P } from './p.ts'
import { RunOver } from './run-over.ts'

/** A goroutine's generator. */
export type Coroutine = Iterator<unknown, unknown, unknown>

/** Why a goroutine came back to its P. */
export type Outcome = 'ended' | 'gives way' | 'parked'

export class Fiber {
  private readonly p: P
  private readonly coroutine: Coroutine
  /** What was yielded without a star and is not over: its result goes to the yield. */
  private driven: Iterator<Yielded, unknown, unknown> | null = null
  /** The operation that the goroutine is parked in. */
  private operation: YieldedOperation<unknown> | null = null

  constructor(p: P, coroutine: Coroutine) {
    this.p = p
    this.coroutine = coroutine
  }

  /** Runs the goroutine. Throws what it does not catch. */
  run(): Outcome {
    this.operation?.wake()
    this.operation = null
    for (let result = this.goOn(); ; ) {
      const { handedOver } = this.p
      if (result.done) {
        this.p.expectNoneLeft()
        return 'ended'
      }
      if (handedOver === null) {
        if (result.value !== undefined) result = this.drive(result.value)
        else if (this.p.unstarted === null) return 'gives way'
        else result = this.throw(this.p.unstarted.forgotten())
      } else if (result.value !== handedOver.step) result = this.throw(handedOver.steppedOutside())
      else if (this.takeOver(handedOver)) return handedOver.isParked ? 'parked' : 'gives way'
      else result = this.goOn()
    }
  }

  /** True if the goroutine does not go on now. */
  private takeOver(operation: YieldedOperation<unknown>): boolean {
    this.p.handedOver = null
    if (operation.takeTurn()) return true
    if (!operation.park()) return false
    this.operation = operation
    return true
  }

  private goOn(): IteratorResult<unknown, unknown> {
    return this.driven === null ? this.coroutine.next() : this.advance(this.driven)
  }

  /** An error at the place where the goroutine waits, which may catch it. */
  private throw(error: unknown): IteratorResult<unknown, unknown> {
    this.driven = null
    if (this.coroutine.throw === undefined) throw error
    return this.coroutine.throw(error)
  }

  private drive(yielded: unknown): IteratorResult<unknown, unknown> {
    if (isIterator(yielded)) return this.advance(yielded)
    const what = typeof yielded === 'object' || typeof yielded === 'function' ? `a ${typeof yielded}` : String(yielded)
    return this.throw(
      new TypeError(`a goroutine yielded ${what}; it may yield nothing, or an operation: yield* sleep(10)`),
    )
  }

  private advance(operation: Iterator<Yielded, unknown, unknown>): IteratorResult<unknown, unknown> {
    this.driven = operation
    let result: IteratorResult<Yielded, unknown>
    try {
      result = operation.next()
    } catch (error) {
      if (RunOver.is(error)) throw error
      return this.throw(error)
    }
    if (!result.done) return result
    this.driven = null
    return this.coroutine.next(result.value)
  }
}

function isIterator(value: unknown): value is Iterator<Yielded, unknown, unknown> {
  return typeof value === 'object' && value !== null && 'next' in value && typeof value.next === 'function'
}
