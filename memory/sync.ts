/**
 * Every atomic operation, wait, wake-up and clock reading of the core goes through this module,
 * which is imported as `#sync`.
 *
 * What the core may rely on:
 *
 * 1. Atomic operations are sequentially consistent: all threads see them in one order.
 * 2. If an atomic read sees what an atomic operation of another thread wrote, the reader also sees
 *    every plain store that the writer made before. A comment that says "publishes" means this.
 * 3. Two plain accesses to different words have no order that another thread can rely on. A plain
 *    access to shared memory is legal only where the declaration of the word says why.
 *
 * The functions are one line long so that V8 inlines them.
 */

import type { HeapWord, HeapWords, Marks, MetaWord, MetaWords, Milliseconds } from './kinds.ts'

/**
 * A view of 32-bit words in shared memory. Its length is explicit: views that track the length of
 * their buffer are 5 to 28 times slower.
 */
export type Words = HeapWords | MetaWords

/** The kind of index that a view takes. */
export type IndexOf<View extends Words> = View extends MetaWords ? MetaWord : HeapWord

/** Reads a word atomically. */
export function load<View extends Words>(words: View, index: IndexOf<View>): number {
  return Atomics.load(words as Int32Array, index)
}

/** Writes a word atomically. */
export function store<View extends Words>(words: View, index: IndexOf<View>, value: number): void {
  Atomics.store(words as Int32Array, index, value)
}

/** Adds, and returns the value before. */
export function add<View extends Words>(words: View, index: IndexOf<View>, value: number): number {
  return Atomics.add(words as Int32Array, index, value)
}

/** Subtracts, and returns the value before. */
export function sub<View extends Words>(words: View, index: IndexOf<View>, value: number): number {
  return Atomics.sub(words as Int32Array, index, value)
}

/** Sets bits, and returns the value before. */
export function or<View extends Words>(words: View, index: IndexOf<View>, bits: number): number {
  return Atomics.or(words as Int32Array, index, bits)
}

/** Keeps only the bits of `mask`, and returns the value before. */
export function and<View extends Words>(words: View, index: IndexOf<View>, mask: number): number {
  return Atomics.and(words as Int32Array, index, mask)
}

/** Writes a word, and returns the value before. */
export function exchange<View extends Words>(
  words: View,
  index: IndexOf<View>,
  value: number,
): number {
  return Atomics.exchange(words as Int32Array, index, value)
}

/** Stores `value` if the word holds `expected`; true if it did. */
export function compareAndSwap<View extends Words>(
  words: View,
  index: IndexOf<View>,
  expected: number,
  value: number,
): boolean {
  return Atomics.compareExchange(words as Int32Array, index, expected, value) === expected
}

/** The same for a mark byte. */
export function compareAndSwapByte(
  bytes: Marks,
  index: number,
  expected: number,
  value: number,
): boolean {
  return Atomics.compareExchange(bytes as Uint8Array, index, expected, value) === expected
}

/** How a wait ended: by a wake-up, because the word had changed already, or by the time-out. */
export type Woken = 'ok' | 'not-equal' | 'timed-out'

/**
 * Sleeps while the word holds `expected`, at most `milliseconds` (default: without end). The test
 * and the begin of the sleep are one step, so a notify after a change is not missed. A thread that
 * was woken must look at the word again. Never on the main thread of the host.
 */
export function wait<View extends Words>(
  words: View,
  index: IndexOf<View>,
  expected: number,
  milliseconds = Number.POSITIVE_INFINITY,
): Woken {
  return Atomics.wait(words as Int32Array, index, expected, milliseconds)
}

/**
 * Waits for the host, and not for a P. A controlled schedule does not count it as a turn, since the
 * host has no part in the schedule.
 */
export function waitForHost<View extends Words>(
  words: View,
  index: IndexOf<View>,
  expected: number,
  milliseconds: Milliseconds,
): Woken {
  return Atomics.wait(words as Int32Array, index, expected, milliseconds)
}

/** Wakes up to `count` threads that wait on the word. */
export function notify<View extends Words>(
  words: View,
  index: IndexOf<View>,
  count = Number.POSITIVE_INFINITY,
): void {
  Atomics.notify(words as Int32Array, index, count)
}

/**
 * Milliseconds since the process began. All threads share the origin (measured on Node 20, 22 and
 * 24).
 */
export function now(): Milliseconds {
  return performance.now()
}

/**
 * A named point between two steps of a protocol. It does nothing here. Under the condition
 * `controlled` it is a turn, as each operation above is.
 */
export function step(_point: string): void {}

/**
 * The order in which a run's threads go on, one at a time (memory/controlled/), under the condition
 * `controlled` of package.json.
 */
export interface Scheduling {
  /**
   * Makes a schedule for a run of `procs` Ps. `strategy` is plain data
   * (runtime/options/schedule.ts); `seed` decides what the strategy leaves open. By the host.
   */
  open(strategy: object, procs: number, seed: number): SharedArrayBuffer
  /**
   * Makes this thread P `index`. Returns when it has its first turn. `words` and `i32` are views of
   * the run's two buffers.
   */
  join(schedule: SharedArrayBuffer, index: number, words: Words, i32: Words): void
  /** This thread takes no more turns. */
  part(): void
  /**
   * Ends the control: each thread goes on as the system lets it. For a run that has lost a P, or is
   * ended from outside.
   */
  release(schedule: SharedArrayBuffer): void
  /** What happened. By the host, after all Ps have parted. */
  report(schedule: SharedArrayBuffer): {
    turns: number
    switches: number
    order: readonly (readonly number[])[] | null
  }
}

/** null: here the system orders the threads. */
export const scheduling: Scheduling | null = null
