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
 * 1. `next` runs in the goroutine. It never changes the goroutine's status. Where it cannot finish
 *    it hands the goroutine over: it yields a step, and the P finds the operation in `handedOver`.
 * 2. The P parks a goroutine that was handed over, with the goroutine's frames off the native
 *    stack. So a stack overflow strikes before step 1 or in no part of it, and never between two
 *    states.
 * 3. Whoever steps an operation outside of `yield*` keeps the goroutine for itself. It is RUNNING
 *    still, and in no queue. The next operation finds `handedOver` taken, and so does the P when
 *    the goroutine comes back. Both throw an OperationError.
 * 4. The references that an operation needs while it waits are on the shadow stack from the
 *    hand-over until it is done or given up. What a goroutine that steps by hand keeps behind
 *    them stays.
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

/** What the P sees when a goroutine is to be parked; `undefined` is giving way. */
export const PARKED: unique symbol = Symbol('parked')

const PARKED_STEP: IteratorYieldResult<typeof PARKED> = { done: false, value: PARKED }
/** Of an operation that has not handed the goroutine over: nothing that a program can yield. */
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

/** An operation was not used as `yield*` uses it. Its stack says where, if the call is known. */
export class OperationError extends TypeError {
  override name = 'TypeError'

  constructor(message: string, callSite: Error | null) {
    super(callSite === null ? `${message} (run with --check to see where)` : message)
    const frames = framesOf(callSite)
    if (frames !== '') this.stack = `TypeError: ${this.message}\n${frames}`
  }
}

/** An error's stack after its message; empty where the program makes something else of stacks. */
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
  /** The goroutine that runs, and what it is to others than its operations; 0 and null: none. */
  readonly goroutine: GoroutineId
  readonly fiber: object | null
  /** An operation that was made and is not waited for yet. */
  unstarted: YieldedOperation<unknown> | null
  /** An operation that has handed the goroutine over, or was woken, and was not stepped since. */
  handedOver: YieldedOperation<unknown> | null
  /** True if the poll word asks for something, as a plain load: what a safepoint begins with. */
  readonly isPolled: boolean
  /** True if the goroutine has used up its slice. Asked at every operation. */
  readonly mustGiveWay: boolean
  /** The ticket with which the goroutine would park now. */
  readonly ticket: number
  /**
   * The goroutine waits from now on, for `reason` on `object`. It may be woken as soon as its
   * ticket is where others find it. Returns the ticket. @safepoint
   */
  park(reason: number, object: Addr): number
  /** The goroutine that has just parked runs on: it need not wait after all. */
  unpark(): void
  /** Throws an OperationError if an operation was made, or handed over, and not waited for. */
  expectNoneLeft(): void
  /** Where an operation is made, for messages; null: it is not noted. */
  callSite(): Error | null
}

export abstract class YieldedOperation<T>
  implements Iterator<Yielded, T, unknown>, Iterable<Yielded, T, unknown>
{
  protected readonly p: Runner
  /** As in messages: `send`. */
  abstract readonly what: string
  /** Where it was made, for messages; null: not noted. */
  readonly callSite: Error | null
  private state = FRESH
  /** The goroutine that steps it first; no other may. */
  private fiber: object | null = null
  /**
   * Words of the shadow stack in use before it put its references there, and after, from the base;
   * −1: it has not.
   */
  private kept = -1
  private keptEnd = -1
  /** What it failed with as it was parked, for the goroutine to catch. */
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

  /** Throws an OperationError where `yield*` would not have stepped it. @safepoint */
  next(): IteratorResult<Yielded, T> {
    if (this.state === FRESH) return this.begin()
    if (this.state !== IS_READY && this.state !== HAS_TURN) throw this.steppedOutside()
    if (this.fiber !== this.p.fiber) throw this.belongsToAnother()
    return this.state === IS_READY ? this.finish() : this.attempt()
  }

  /** A generator that waits in it is ended from outside: gives the operation up. */
  return(value: T): IteratorResult<Yielded, T> {
    this.giveUp()
    return { done: true, value }
  }

  /** As return. */
  throw(error: unknown): IteratorResult<Yielded, T> {
    this.giveUp()
    throw error
  }

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

  private end(): void {
    this.state = IS_DONE
    if (this.p.handedOver === this) this.p.handedOver = null
    if (this.kept >= 0) this.release()
  }

  /**
   * Takes its references off the shadow stack. Of a goroutine that kept others behind them, the
   * words are cleared.
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

  /** What `yield*` has yielded if it was this that handed the goroutine over. */
  get step(): unknown {
    return this.state === GIVES_WAY ? undefined : this.state === PARKS ? PARKED : NO_STEP
  }

  get isParked(): boolean {
    return this.state === IS_PARKED
  }

  /** True if the goroutine only gives way: it steps this again when it has its turn. */
  takeTurn(): boolean {
    if (this.state !== GIVES_WAY) return false
    this.state = HAS_TURN
    return true
  }

  /**
   * Parks the goroutine, and queues it. False if it need not wait after all, or cannot; then it
   * goes on. @safepoint
   */
  park(): boolean {
    try {
      if (this.parkOrFinish()) {
        this.state = IS_PARKED
        return true
      }
      this.p.unpark()
    } catch (error) {
      // No record of waiting is left. It was asked for before the goroutine was parked.
      if (!(error instanceof RangeError)) throw error
      this.failure = error
    }
    this.becomeReady()
    return false
  }

  /** The goroutine was woken, and runs: takes what it was woken with. */
  wake(): void {
    this.resume()
    this.becomeReady()
  }

  private becomeReady(): void {
    this.state = IS_READY
    this.p.handedOver = this
  }

  // ————— misuse

  private giveUp(): void {
    if (this.p.unstarted === this) this.p.unstarted = null
    if (this.state === FRESH || this.state === IS_DONE) this.state = IS_DONE
    else if (this.fiber !== this.p.fiber) throw this.belongsToAnother()
    else throw this.steppedOutside()
  }

  /** Its `yield*` was forgotten. */
  forgotten(): OperationError {
    this.state = IS_DONE
    if (this.p.unstarted === this) this.p.unstarted = null
    return new OperationError(
      `${this.what} was never waited for: yield* is missing before it`,
      this.callSite,
    )
  }

  /** Its goroutine went on without waiting for it. Gives it up. */
  steppedOutside(): OperationError {
    if (this.state === IS_DONE)
      return new OperationError(
        `a ${this.what} is waited for twice: make another operation`,
        this.callSite,
      )
    if (this.fiber !== this.p.fiber) return this.belongsToAnother()
    this.end()
    return new OperationError(
      `${this.what} was stepped outside of yield*: write yield* before it, and before each generator that waits in it; next(), for…of and a spread cannot wait`,
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

  /** Puts every reference that it needs while it waits on the shadow stack. */
  protected abstract keepReferences(stack: ShadowStack): void
  /** Does it, if that is possible now. */
  protected abstract tryNow(): boolean
  /**
   * Parks the goroutine, and queues it. False if it could be done on the second look and the
   * goroutine is in no queue. @safepoint
   */
  protected abstract parkOrFinish(): boolean
  /** The goroutine was woken: takes what it was woken with, while its references are still kept. */
  protected abstract resume(): void
  protected abstract result(): T
}
