/**
 * A goroutine as the P that runs it holds it: its generator, and the operation that it waits in.
 *
 *   go on, until the goroutine
 *     ends        nothing may be left in `handedOver`
 *     gives way   by a plain yield, or by an operation whose slice is used up
 *     parks       the operation that it handed over queues it; if that need not wait, go on
 *   `yield operation`, without the star, is carried out here
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
   * The goroutine's generator; then what was yielded without a star and is not over, each yielded
   * by the one before.
   */
  private readonly running: Coroutine[]
  /** The operation that the goroutine is parked in. */
  private operation: YieldedOperation<unknown> | null = null
  /** What it yielded last, if it gave way before that was looked at. */
  private left: Step | null = null
  /** What it is to be told, if it gave way before it was. */
  private misuse: OperationError | null = null

  constructor(p: Runner, coroutine: Coroutine) {
    this.p = p
    this.running = [coroutine]
  }

  /** Runs the goroutine. Throws what it does not catch. @safepoint */
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

  private firstStep(): Step {
    const { left, misuse } = this
    this.left = null
    this.misuse = null
    return misuse === null ? (left ?? this.goOn()) : this.throw(misuse)
  }

  /** What is wrong if an operation was stepped outside of `yield*`, or its `yield*` forgotten. */
  private misuseIn(step: Step): OperationError | null {
    const { handedOver, unstarted } = this.p
    if (handedOver !== null)
      return step.value === handedOver.step ? null : handedOver.steppedOutside()
    return step.value === undefined && unstarted !== null ? unstarted.forgotten() : null
  }

  /**
   * A goroutine that yields what is carried out at once comes to no safepoint of its own.
   * @safepoint
   */
  private mustGiveWay(): boolean {
    if (this.p.isPolled) this.p.world.safepoint()
    return this.p.mustGiveWay
  }

  /** True if the goroutine does not go on now. */
  private takeOver(operation: YieldedOperation<unknown>): boolean {
    this.p.handedOver = null
    if (operation.takeTurn()) return true
    if (!operation.park()) return false
    this.operation = operation
    return true
  }

  /** The innermost goes on; when it is over, the one that yielded it goes on with its result. */
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

  /** An error where the goroutine waits: the innermost may catch it, or the one that yielded it. */
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

/** Throws what the program's own code throws when it is looked at, too. */
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

/** A step of the program's iterator, read once: its properties may be code that throws. */
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
