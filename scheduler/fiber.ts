/**
 * A goroutine as the P that runs it holds it: its generator, and the operation that it is parked
 * in.
 *
 *   go on, until the goroutine
 *     ends        no operation may be left that was handed over or never waited for
 *     gives way   by a plain yield, or by an operation whose slice is used up
 *     parks       in the operation that it handed over; if that need not wait, go on
 *   `yield operation`, without the star, is carried out here
 *
 * How a P tells these apart. An operation that cannot finish sets `handedOver` and yields its step
 * (scheduler/operation.ts). Under `yield*` that very step arrives here. So a step that arrives
 * without an operation, or with the wrong value, means that the program stepped an operation by
 * hand, or forgot its `yield*`. The goroutine is told so by an error thrown into it.
 *
 * A program that yields without a star, again and again, comes to no safepoint of its own. So this
 * loop serves the poll word, and lets the goroutine give way, before it carries out such a yield.
 * What is to be done then is kept in `left` or `misuse`.
 */
import type { OperationError, Runner, YieldedOperation } from './operation.ts'
import { RunOver } from './run-over.ts'

/** A goroutine's generator. */
export type Coroutine = Iterator<unknown, unknown, unknown>

type Step = IteratorResult<unknown, unknown>

/** Why a goroutine came back to its P. */
export type Outcome = 'ended' | 'gives way' | 'parked'

export class Fiber {
  private readonly p: Runner
  /**
   * The goroutine's generator, then the iterators that were yielded without a star and are not
   * over. Each was yielded by the one before it. The last, the innermost, is the one that goes on.
   */
  private readonly running: Coroutine[]
  /** The operation that the goroutine is parked in. */
  private operation: YieldedOperation<unknown> | null = null
  /** What the goroutine yielded last, if it gave way before that was carried out. */
  private left: Step | null = null
  /** The error to be thrown into the goroutine, if it gave way before that was done. */
  private misuse: OperationError | null = null

  constructor(p: Runner, coroutine: Coroutine) {
    this.p = p
    this.running = [coroutine]
  }

  /**
   * Runs the goroutine until it ends, gives way or parks. Throws what it does not catch. @safepoint
   */
  run(): Outcome {
    this.operation?.wake()
    this.operation = null
    let step = this.firstStep()
    for (;;) {
      const { handedOver } = this.p
      if (step.done) {
        this.p.expectNoneLeft()
        return 'ended'
      }
      const misuse = this.misuseIn(step)
      if (misuse !== null) {
        if (this.mustGiveWay()) {
          this.misuse = misuse
          return 'gives way'
        }
        step = this.throw(misuse)
      } else if (handedOver !== null) {
        if (this.takeOver(handedOver)) return handedOver.isParked ? 'parked' : 'gives way'
        step = this.goOn()
      } else if (step.value === undefined) return 'gives way'
      else if (this.mustGiveWay()) {
        this.left = step
        return 'gives way'
      } else step = this.drive(step.value)
    }
  }

  /** Takes up what was left when the goroutine gave way; else lets it go on. */
  private firstStep(): Step {
    const { left, misuse } = this
    this.left = null
    this.misuse = null
    return misuse === null ? (left ?? this.goOn()) : this.throw(misuse)
  }

  /** The error, if an operation was stepped outside of `yield*` or its `yield*` was forgotten. */
  private misuseIn(step: Step): OperationError | null {
    const { handedOver, unstarted } = this.p
    if (handedOver !== null)
      return step.value === handedOver.step ? null : handedOver.steppedOutside()
    return step.value === undefined && unstarted !== null ? unstarted.forgotten() : null
  }

  /** Asked before a yield is carried out that needs no wait. @safepoint */
  private mustGiveWay(): boolean {
    if (this.p.isPolled) this.p.world.safepoint()
    return this.p.mustGiveWay
  }

  /** Takes an operation that was handed over. True if the goroutine does not go on now. */
  private takeOver(operation: YieldedOperation<unknown>): boolean {
    this.p.handedOver = null
    if (operation.takeTurn()) return true
    if (!operation.park()) return false
    this.operation = operation
    return true
  }

  /** The innermost goes on. When it is over, the one that yielded it goes on with its result. */
  private goOn(result?: unknown): Step {
    const { running } = this
    let value = result
    for (;;) {
      const innermost = running[running.length - 1]
      if (running.length === 1) return innermost.next(value)
      let step: Step
      try {
        step = stepOf(innermost.next(value))
      } catch (error) {
        if (RunOver.is(error)) throw error
        running.pop()
        return this.throw(error)
      }
      if (!step.done) return step
      running.pop()
      value = step.value
    }
  }

  /**
   * Throws an error into the goroutine where it waits. The innermost may catch it, else the one
   * that yielded it, and so on outwards. A RunOver is not passed outwards.
   */
  private throw(error: unknown): Step {
    const { running } = this
    let thrown = error
    while (running.length > 1) {
      const innermost = running[running.length - 1]
      let step: Step
      try {
        if (innermost.throw === undefined) throw thrown
        step = stepOf(innermost.throw(thrown))
      } catch (rethrown) {
        if (RunOver.is(rethrown)) throw rethrown
        running.pop()
        thrown = rethrown
        continue
      }
      if (!step.done) return step
      running.pop()
      return this.goOn(step.value)
    }
    if (running[0].throw === undefined) throw thrown
    return running[0].throw(thrown)
  }

  /** Carries out a yield without a star: what was yielded becomes the innermost, and goes on. */
  private drive(yielded: unknown): Step {
    try {
      this.running.push(iteratorIn(yielded, this.running.length))
    } catch (error) {
      return this.throw(error)
    }
    return this.goOn()
  }
}

/** How deep iterators may yield one another. Under `yield*` the native stack ends about there. */
const MOST_YIELDED = 10_000

/**
 * What was yielded, if it is an iterator; else throws an error that says what to write. To look at
 * it may run code of the program, and what that throws is thrown as well.
 */
function iteratorIn(yielded: unknown, depth: number): Coroutine {
  if (!isIterator(yielded)) {
    const what =
      typeof yielded === 'object' || typeof yielded === 'function'
        ? `a ${typeof yielded}`
        : String(yielded)
    throw new TypeError(
      `a goroutine yielded ${what}; it may yield nothing, or an operation: yield* sleep(10)`,
    )
  }
  if (depth === MOST_YIELDED)
    throw new RangeError(
      `${MOST_YIELDED} iterators have yielded one another, and none of them ends`,
    )
  return yielded
}

/** A step of an iterator of the program, read once: its properties may be code of the program. */
function stepOf(given: unknown): Step {
  if (typeof given !== 'object' || given === null)
    throw new TypeError('a step of what a goroutine yielded is no object')
  const { done, value } = given as Step
  return { done: Boolean(done), value } as Step
}

function isIterator(value: unknown): value is Coroutine {
  return (
    typeof value === 'object' &&
    value !== null &&
    'next' in value &&
    typeof value.next === 'function'
  )
}
