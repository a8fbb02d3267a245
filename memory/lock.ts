/**
 * A lock in one word of shared memory: 0 free, 1 held, 2 held with waiters.
 *
 *   lock     CAS 0 → 1, or set 2 and sleep while it is 2, until setting 2 finds 0
 *   unlock   set 0; if it was 2, wake one
 *
 * Proof. Only who changes the word from 0 enters. Whoever may sleep has set 2 before, and sleeps only while it is 2; the holder
 * that finds 2 on leaving wakes one, which sets 2 again, since others may still sleep. So nobody sleeps on a free lock.
 *
 * Held for a bounded time, never across a safepoint, a wait or a write to a file. No spinning: it lost throughput in every
 * measurement.
 */
import { compareAndSwap, exchange, notify, step, type Words, wait } from '#sync'

export function lock(words: Words, index: number): void {
  step('lock')
  if (compareAndSwap(words, index, 0, 1)) return
  while (exchange(words, index, 2) !== 0) wait(words, index, 2)
}

export function unlock(words: Words, index: number): void {
  if (exchange(words, index, 0) === 2) notify(words, index, 1)
}

/** Takes the lock if it is free: for the host, which must not wait. */
export function tryLock(words: Words, index: number): boolean {
  return compareAndSwap(words, index, 0, 1)
}
