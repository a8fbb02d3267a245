/**
 * Every atomic operation, wait, wake-up and clock reading of the core goes through this module, imported as `#sync`.
 *
 * Atomics here are sequentially consistent: an access made with them is ordered with every other one, on every thread. A plain
 * access to shared memory is legal only where the layout says why. The functions are one line long so that V8 inlines them.
 */

/** A view of 32-bit words in shared memory. Always of explicit length: length-tracking views are 5 to 28 times slower. */
export type Words = Int32Array

export function load(words: Words, index: number): number {
  return Atomics.load(words, index)
}

export function store(words: Words, index: number, value: number): void {
  Atomics.store(words, index, value)
}

/** Adds and returns the value before. */
export function add(words: Words, index: number, value: number): number {
  return Atomics.add(words, index, value)
}

/** Subtracts and returns the value before. */
export function sub(words: Words, index: number, value: number): number {
  return Atomics.sub(words, index, value)
}

/** Sets bits and returns the value before. */
export function or(words: Words, index: number, bits: number): number {
  return Atomics.or(words, index, bits)
}

/** Keeps only the bits of `mask` and returns the value before. */
export function and(words: Words, index: number, mask: number): number {
  return Atomics.and(words, index, mask)
}

export function exchange(words: Words, index: number, value: number): number {
  return Atomics.exchange(words, index, value)
}

/** Stores `value` if the word holds `expected`; true if it did. */
export function compareAndSwap(words: Words, index: number, expected: number, value: number): boolean {
  return Atomics.compareExchange(words, index, expected, value) === expected
}

/** How a wait ended: woken, the word had already changed, or the time was over. */
export type Woken = 'ok' | 'not-equal' | 'timed-out'

/** Sleeps while the word holds `expected`, at most `milliseconds` (default: for ever). Never on the host's main thread. */
export function wait(words: Words, index: number, expected: number, milliseconds = Number.POSITIVE_INFINITY): Woken {
  return Atomics.wait(words, index, expected, milliseconds)
}

/** As wait, for what the host will do, and no P: a schedule has no say in it, and no turn is taken. */
export function waitForHost(words: Words, index: number, expected: number, milliseconds: number): Woken {
  return Atomics.wait(words, index, expected, milliseconds)
}

/** Wakes up to `count` threads that wait on the word. */
export function notify(words: Words, index: number, count = Number.POSITIVE_INFINITY): void {
  Atomics.notify(words, index, count)
}

/** Milliseconds since the process began; all threads share the origin (measured on Node 20, 22 and 24). */
export function now(): number {
  return performance.now()
}

/** A named place between two steps of a protocol. Empty here; under the condition `controlled` it is a turn, as all of the above. */
export function step(_point: string): void {}

/** The order in which a run's threads go on, one at a time (memory/controlled/): under the condition `controlled` of package.json. */
export interface Scheduling {
  /** A schedule for a run of so many Ps: a plain strategy (runtime/options/schedule.ts), with a seed for what it leaves open. By the host. */
  open(strategy: object, procs: number, seed: number): SharedArrayBuffer
  /** This thread is P `index` from now on; returns when it has its first turn. `words` and `i32`: views of the run's two buffers. */
  join(schedule: SharedArrayBuffer, index: number, words: Words, i32: Words): void
  /** It is none any more. */
  part(): void
  /** Everybody goes on as the system lets them: a P is lost, or the run is ended from outside. */
  release(schedule: SharedArrayBuffer): void
  /** What happened. By the host, once all Ps have parted. */
  report(schedule: SharedArrayBuffer): { turns: number; switches: number; order: readonly (readonly number[])[] | null }
}

/** null: the system orders the threads. */
export const scheduling: Scheduling | null = null
