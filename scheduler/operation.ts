/**
 * An operation that a goroutine may have to wait in: a channel operation, select, sleep, lock,
 * wait. A program writes `yield*` before it. It is its own iterator.
 *
 *               ┌── done at once ────────────────────────────────────► DONE
 *   FRESH ─ next┤
 *     ▲         ├── must wait ──► PARKS ─ the P parks it ─► PARKED ─ woken ─► READY ─ next ─► DONE
 *     │         │                   └──── done after all ───────────────────► READY
 *     │         └── slice used up ► GIVES_WAY ─ its turn ──► HAS_TURN ─ next ─► as from FRESH
 *
 * 1. `next` runs in the goroutine. It never changes the goroutine's status. If it cannot finish, it
 *    hands the goroutine over: it yields a step, and the P finds the operation in `handedOver`.
 * 2. The P parks a goroutine that was handed over. The goroutine's frames are off the native stack
 *    then. So a stack overflow strikes before step 1 or not at all, and never between two states.
 * 3. Code that steps an operation outside of `yield*` does not give the goroutine to the P. The
 *    goroutine is still RUNNING, and in no queue. The next operation finds `handedOver` taken, and
 *    so does the P when the goroutine comes back. Both throw an OperationError.
 * 4. The references that an operation needs while it waits are on the shadow stack from the
 *    hand-over until the operation is done or given up. A goroutine that steps by hand may keep
 *    more references behind them: those stay.
 */

import type { WriteBarrier } from '../gc/mark/barrier.ts'
import type { World } from '../gc/world.ts'
import type { ShadowStack } from '../heap/shadow-stack.ts'
import type { Addr, GoroutineId } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStackDeep, probeStackForLock } from '../memory/stack-probe.ts'
import type { Goroutines } from './goroutines.ts'
import type { Placement } from './placement.ts'
import type { Random } from './random.ts'
import type { Timers } from './timers.ts'
import type { Waiters } from './waiters.ts'

/** What an operation yields to be parked. It yields `undefined` to give way. */
export const PARKED: unique symbol = Symbol('parked')

const PARKED_STEP: IteratorYieldResult<typeof PARKED> = { done: false, value: PARKED }
/** The step of an operation that has not handed the goroutine over: no program can yield it. */
const NO_STEP: unique symbol = Symbol('no step')
const GIVE_WAY_STEP: IteratorYieldResult<undefined> = { done: false, value: undefined }

const FRESH = 0
const GIVES_WAY = 1
const PARKS = 2
const HAS_TURN = 3
const IS_PARKED = 4
const IS_READY = 5
const IS_DONE = 6

/** What a step of an operation yields to the P. */
export type Yielded = typeof PARKED | undefined

/** An operation was not used as `yield*` uses it. Its stack says where, if that was noted. */
export class OperationError extends TypeError {
  override name = 'TypeError'

  constructor(message: string, callSite: Error | null) {
    super(callSite === null ? `${message} (run with --check to see where)` : message)
    const frames = framesOf(callSite)
    if (frames !== '') this.stack = `TypeError: ${this.message}\n${frames}`
  }
}

/** An error's stack without its message; empty if the program has changed what a stack is. */
function framesOf(callSite: Error | null): string {
  try {
    const stack: unknown = callSite?.stack
    return typeof stack === 'string' ? stack.split('\n').slice(1).join('\n') : ''
  } catch {
    return ''
  }
}

/** What an operation needs of the P that runs its goroutine. */
export interface Runner {
  readonly memory: Memory
  readonly goroutines: Goroutines
  readonly waiters: Waiters
  readonly timers: Timers
  readonly random: Random
  readonly placement: Placement
  readonly collector: { readonly stack: ShadowStack; readonly barrier: WriteBarrier }
  readonly world: Pick<World, 'safepoint'>
  /** The goroutine that runs, by its record and by its fiber; 0 and null if none does. */
  readonly goroutine: GoroutineId
  readonly fiber: object | null
  /** The operation that was made last, until it is stepped: its `yield*` may be missing. */
  unstarted: YieldedOperation<unknown> | null
  /** The operation that has handed the goroutine over, or was woken, until it is stepped again. */
  handedOver: YieldedOperation<unknown> | null
  /** True if the poll word asks for something. A plain load, as every poll is. */
  readonly isPolled: boolean
  /** True if the goroutine must give way: its slice is used up. Asked at every operation. */
  readonly mustGiveWay: boolean
  /** The ticket with which the goroutine would park now. */
  readonly ticket: number
  /**
   * Parks the goroutine: it waits from now on, for `reason` on `object`. Returns its ticket. Others
   * may wake the goroutine as soon as they can find the ticket. @safepoint
   */
  park(reason: number, object: Addr): number
  /** The goroutine that has just parked runs again: it need not wait after all. */
  unpark(): void
  /** Throws an OperationError if an operation is left that was made or handed over. */
  expectNoneLeft(): void
  /** Where the program is now, for messages; null if that is not noted. */
  callSite(): Error | null
}

export abstract class YieldedOperation<T>
  implements Iterator<Yielded, T, unknown>, Iterable<Yielded, T, unknown>
{
  protected readonly p: Runner
  /** Its name in messages, as `send`. */
  abstract readonly what: string
  /** Where it was made, for messages; null if that was not noted. */
  readonly callSite: Error | null
  private state = FRESH
  /** The goroutine that stepped it first. No other may step it. */
  private fiber: object | null = null
  /**
   * How many words of the shadow stack were in use before the operation put its references there,
   * and after. −1: none are there. They count from the base, since a stack moves when it grows.
   */
  private kept = -1
  private keptEnd = -1
  /** The error with which its parking failed, to be thrown where the goroutine can catch it. */
  private failure: Error | null = null

  /** Throws an OperationError if the operation made before was never waited for. */
  constructor(p: Runner) {
    // Before anything is noted: a stack that ends here ends before the operation is made.
    probeStackForLock()
    const { unstarted } = p
    if (unstarted !== null) throw unstarted.forgotten()
    this.p = p
    this.callSite = p.callSite()
    p.unstarted = this
  }

  [Symbol.iterator](): this {
    return this
  }

  /** A step. Throws an OperationError if `yield*` would not have made it here. @safepoint */
  next(): IteratorResult<Yielded, T> {
    if (this.state === FRESH) return this.begin()
    if (this.state !== IS_READY && this.state !== HAS_TURN) throw this.steppedOutside()
    if (this.fiber !== this.p.fiber) throw this.belongsToAnother()
    return this.state === IS_READY ? this.finish() : this.attempt()
  }

  /** The generator that waits in it is ended from outside: gives the operation up. */
  return(value: T): IteratorResult<Yielded, T> {
    this.giveUp()
    return { done: true, value }
  }

  /** Gives the operation up, as `return` does. */
  throw(error: unknown): IteratorResult<Yielded, T> {
    this.giveUp()
    throw error
  }

  /** The first step. Serves the poll word, and gives way if the slice is used up. */
  private begin(): IteratorResult<Yielded, T> {
    const { p } = this
    // Before the probes: an operation that overflows the stack was not forgotten.
    if (p.unstarted === this) p.unstarted = null
    p.expectNoneLeft()
    const { isPolled } = p
    if (isPolled) probeStackDeep()
    else probeStackForLock()
    this.fiber = p.fiber
    this.state = HAS_TURN
    if (isPolled) {
      this.protect()
      p.world.safepoint()
    }
    if (!p.mustGiveWay) return this.attempt()
    this.protect()
    return this.handOver(GIVES_WAY, GIVE_WAY_STEP)
  }

  /** Does the operation if it need not wait; else asks to be parked. */
  private attempt(): IteratorResult<Yielded, T> {
    if (this.tryNow()) return this.finish()
    this.protect()
    return this.handOver(PARKS, PARKED_STEP)
  }

  private handOver(
    state: number,
    step: IteratorYieldResult<Yielded>,
  ): IteratorYieldResult<Yielded> {
    this.state = state
    this.p.handedOver = this
    return step
  }

  private finish(): IteratorReturnResult<T> {
    this.end()
    if (this.failure !== null) throw this.failure
    return { done: true, value: this.result() }
  }

  /** The operation is over: it holds neither the goroutine nor references any more. */
  private end(): void {
    this.state = IS_DONE
    if (this.p.handedOver === this) this.p.handedOver = null
    if (this.kept >= 0) this.release()
  }

  /**
   * Takes its references off the shadow stack. If the goroutine has kept others behind them, the
   * words stay and are cleared.
   */
  private release(): void {
    const { stack } = this.p.collector
    const begin = stack.base + this.kept
    const end = stack.base + this.keptEnd
    if (stack.top === end) stack.top = begin
    else if (stack.top > end) stack.meta.fill(0, begin, end)
    this.kept = -1
  }

  // ————— the P's side: the goroutine is handed over, its frames are off the native stack

  /** The step that `yield*` has passed on to the P, if this operation handed the goroutine over. */
  get step(): unknown {
    return this.state === GIVES_WAY ? undefined : this.state === PARKS ? PARKED : NO_STEP
  }

  get isParked(): boolean {
    return this.state === IS_PARKED
  }

  /** True if the goroutine only gives way. It steps the operation again when it has its turn. */
  takeTurn(): boolean {
    if (this.state !== GIVES_WAY) return false
    this.state = HAS_TURN
    return true
  }

  /**
   * Parks the goroutine, and queues it. False if the goroutine goes on: it need not wait after all,
   * or there is no wait record for it. @safepoint
   */
  park(): boolean {
    try {
      if (this.parkOrFinish()) {
        this.state = IS_PARKED
        return true
      }
      this.p.unpark()
    } catch (error) {
      // No wait record is left. It was asked for before the goroutine was parked, which still runs.
      if (!(error instanceof RangeError)) throw error
      this.failure = error
    }
    this.becomeReady()
    return false
  }

  /** The goroutine was woken, and runs again: takes what it was woken with. */
  wake(): void {
    this.resume()
    this.becomeReady()
  }

  private becomeReady(): void {
    this.state = IS_READY
    this.p.handedOver = this
  }

  // ————— misuse

  /** Gives the operation up, if it has not handed the goroutine over. Else that is an error. */
  private giveUp(): void {
    if (this.p.unstarted === this) this.p.unstarted = null
    if (this.state === FRESH || this.state === IS_DONE) this.state = IS_DONE
    else if (this.fiber !== this.p.fiber) throw this.belongsToAnother()
    else throw this.steppedOutside()
  }

  /** The error for an operation whose `yield*` was forgotten. Gives the operation up. */
  forgotten(): OperationError {
    this.state = IS_DONE
    if (this.p.unstarted === this) this.p.unstarted = null
    return new OperationError(
      `${this.what} was never waited for: yield* is missing before it`,
      this.callSite,
    )
  }

  /** The error for an operation whose goroutine went on without it. Gives the operation up. */
  steppedOutside(): OperationError {
    if (this.state === IS_DONE)
      return new OperationError(
        `a ${this.what} is waited for twice: make another operation`,
        this.callSite,
      )
    if (this.fiber !== this.p.fiber) return this.belongsToAnother()
    const isOver = this.state === IS_READY
    this.end()
    return new OperationError(
      isOver
        ? `${this.what} is over, and the generators that waited in it were not gone on with: the stack had no room for all of them, or they were dropped`
        : `${this.what} was stepped outside of yield*: write yield* before it, and before each generator that waits in it; next(), for…of and a spread cannot wait`,
      this.callSite,
    )
  }

  private belongsToAnother(): OperationError {
    return new OperationError(
      `a ${this.what} that another goroutine waits in cannot be stepped here`,
      this.callSite,
    )
  }

  // ————— references

  /** Puts its references on the shadow stack, once. A stack that cannot grow is left as it was. */
  private protect(): void {
    if (this.kept >= 0) return
    const { stack } = this.p.collector
    this.kept = stack.top - stack.base
    try {
      this.keepReferences(stack)
      this.keptEnd = stack.top - stack.base
    } catch (error) {
      stack.top = stack.base + this.kept
      this.kept = -1
      throw error
    }
  }

  /** Word index of the `index`th reference that `keepReferences` has put on the shadow stack. */
  protected slot(index: number): number {
    return this.p.collector.stack.base + this.kept + index
  }

  /** Pushes every reference that the operation needs while it waits. */
  protected abstract keepReferences(stack: ShadowStack): void
  /** Does the operation, if it need not wait. True if it did. */
  protected abstract tryNow(): boolean
  /**
   * Parks the goroutine, and queues it. False if the second look found that it need not wait: then
   * the operation is done, and the goroutine is in no queue. @safepoint
   */
  protected abstract parkOrFinish(): boolean
  /** Takes what the goroutine was woken with, while its references are still on the stack. */
  protected abstract resume(): void
  /** Makes the result, or throws what the goroutine can catch. The references are off the stack. */
  protected abstract result(): T
}
