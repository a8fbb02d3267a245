/**
 * A lock in one word of shared memory: 0 free, 1 held, 2 held and perhaps with waiters.
 *
 *   lock     CAS 0 → 1; else set 2 and sleep while it is 2, until setting 2 finds 0
 *   unlock   set 0; if it was 2, wake one
 *
 * Proof that one thread at a time holds the lock:
 *
 * 1. A thread enters only by changing the word from 0, atomically. It leaves the word at 1 or 2.
 * 2. Only the holder sets it to 0 again.
 *
 * Proof that no thread sleeps on a free lock for ever:
 *
 * 1. A thread sleeps only after it has set 2, and only if the word is still 2.
 * 2. After that, only unlock changes the 2. It then wakes a sleeper.
 * 3. A thread that was woken sets 2 again, whether it enters or not, since others may still sleep.
 * 4. So while threads sleep, the word is 2 or a woken thread is about to set it. In both cases a
 *    later unlock wakes the next.
 *
 * The exchange in unlock publishes what the holder wrote plainly, and the next holder sees it.
 *
 * A lock is held for a bounded time, never across a safepoint, a wait or a write to a file
 * (test/structure/locks.ts checks that it is released). No spinning: it lost throughput in every
 * measurement.
 */
import { compareAndSwap, exchange, type IndexOf, notify, step, type Words, wait } from '#sync'

/** Takes the lock. Sleeps until it can. */
export function lock<View extends Words>(words: View, index: IndexOf<View>): void {
  step('lock')
  if (compareAndSwap(words, index, 0, 1)) return
  while (exchange(words, index, 2) !== 0) wait(words, index, 2)
}

/** Frees the lock. Only by its holder. */
export function unlock<View extends Words>(words: View, index: IndexOf<View>): void {
  if (exchange(words, index, 0) === 2) notify(words, index, 1)
}

/**
 * Takes the lock if it is free; false if it is held. For work that can be left to the P that holds
 * the lock (gc/work/cpu-limiter.ts).
 */
export function tryLock<View extends Words>(words: View, index: IndexOf<View>): boolean {
  return compareAndSwap(words, index, 0, 1)
}
