/**
 * `#sync` under the condition `controlled`: every operation is a turn of the run's schedule. A
 * thread that has no part in a schedule (the host's, or a P's before it joins) does what the
 * ordinary module does.
 *
 *   node --conditions=controlled bin/sawtooth.js run PROGRAM --schedule random --seed 17
 */
import type { Marks } from '../kinds.ts'
import type { IndexOf, Scheduling, Woken, Words } from '../sync.ts'
import { Schedule } from './schedule.ts'
import type { Strategy } from './strategy.ts'

export type { IndexOf, Scheduling, Woken, Words } from '../sync.ts'

/** The schedule in which this thread takes part, and the buffers of its run. */
let schedule: Schedule | null = null
let meta: ArrayBufferLike | null = null
let heap: ArrayBufferLike | null = null

/**
 * Takes a turn, before an operation. Does nothing if this thread has no part in a schedule, or if
 * the schedule is released.
 */
function turn(): void {
  if (schedule?.takesPart) schedule.turn()
}

export function load<View extends Words>(words: View, index: IndexOf<View>): number {
  turn()
  return Atomics.load(words as Int32Array, index)
}

export function store<View extends Words>(words: View, index: IndexOf<View>, value: number): void {
  turn()
  Atomics.store(words as Int32Array, index, value)
}

export function add<View extends Words>(words: View, index: IndexOf<View>, value: number): number {
  turn()
  return Atomics.add(words as Int32Array, index, value)
}

export function sub<View extends Words>(words: View, index: IndexOf<View>, value: number): number {
  turn()
  return Atomics.sub(words as Int32Array, index, value)
}

export function or<View extends Words>(words: View, index: IndexOf<View>, bits: number): number {
  turn()
  return Atomics.or(words as Int32Array, index, bits)
}

export function and<View extends Words>(words: View, index: IndexOf<View>, mask: number): number {
  turn()
  return Atomics.and(words as Int32Array, index, mask)
}

export function exchange<View extends Words>(
  words: View,
  index: IndexOf<View>,
  value: number,
): number {
  turn()
  return Atomics.exchange(words as Int32Array, index, value)
}

export function compareAndSwap<View extends Words>(
  words: View,
  index: IndexOf<View>,
  expected: number,
  value: number,
): boolean {
  turn()
  return Atomics.compareExchange(words as Int32Array, index, expected, value) === expected
}

export function compareAndSwapByte(
  bytes: Marks,
  index: number,
  expected: number,
  value: number,
): boolean {
  turn()
  return Atomics.compareExchange(bytes as Uint8Array, index, expected, value) === expected
}

export function wait<View extends Words>(
  words: View,
  index: IndexOf<View>,
  expected: number,
  milliseconds = Number.POSITIVE_INFINITY,
): Woken {
  turn()
  // Asked again: the schedule may have been released while this P waited for its turn.
  if (!schedule?.takesPart) return Atomics.wait(words as Int32Array, index, expected, milliseconds)
  if (Atomics.load(words as Int32Array, index) !== expected) return 'not-equal'
  return schedule.block(keyOf(words, index), milliseconds) ? 'ok' : 'timed-out'
}

export function waitForHost<View extends Words>(
  words: View,
  index: IndexOf<View>,
  expected: number,
  milliseconds: number,
): Woken {
  return Atomics.wait(words as Int32Array, index, expected, milliseconds)
}

export function notify<View extends Words>(
  words: View,
  index: IndexOf<View>,
  count = Number.POSITIVE_INFINITY,
): void {
  turn()
  if (schedule?.takesPart) schedule.wake(keyOf(words, index), count)
  // Threads that have no part in the schedule, or have parted, wait in earnest. They must be woken
  // too.
  Atomics.notify(words as Int32Array, index, count)
}

/** A turn takes a microsecond. */
export function now(): number {
  return schedule?.takesPart ? schedule.time / 1000 : performance.now()
}

export function step(_point: string): void {
  turn()
}

export const scheduling: Scheduling | null = {
  open: (strategy, procs, seed) => Schedule.create(strategy as Strategy, procs, { seed }).buffer,
  join: (buffer, index, words, i32) => {
    meta = words.buffer
    heap = i32.buffer
    schedule = new Schedule(buffer)
    schedule.join(index)
  },
  part: () => {
    schedule?.part()
    schedule = meta = heap = null
  },
  release: buffer => new Schedule(buffer).release(),
  report: buffer => new Schedule(buffer).report(),
}

/** A word that Ps may wait on, as a number. 0 stands for a word that only this P knows. */
function keyOf(words: Words, index: number): number {
  if (words.buffer === meta) return index + 1
  return words.buffer === heap ? -1 - index : 0
}
