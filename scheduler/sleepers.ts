/**
 * Sleeping without losing a wake-up.
 *
 *   the sleeper    reads its WAKE word, announces that it sleeps (its bit in SLEEPERS), looks once
 *                  more for what it waits for, then waits on WAKE
 *   the publisher  publishes, then reads the announcement; if the bit is set, moves WAKE, notifies
 *
 * Proof that no wake-up is lost. All of these accesses are sequentially consistent.
 * 1. If the sleeper's last look missed the publication, the look came before the publication.
 * 2. The announcement came before the look. So it came before the publication, and the publisher
 *    sees the bit.
 * 3. So the publisher moves WAKE after the announcement. The sleeper has read WAKE before the
 *    announcement. So the wait does not begin, or it ends.
 *
 * Plain stores and loads would not do. If two threads each store a word and then load the other's,
 * both may miss the other's store (81 times in 100,000 on x64).
 */
import { add, and, load, notify, or } from '#sync'
import type { Memory } from '../memory/memory.ts'
import { IDLERS, SLEEPERS } from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'

/** Why a P sleeps: it has no goroutine to run, or it is blocked in place and must not run one. */
export type SleepKind = 'idle' | 'blocked'

export class Sleepers {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Announces that P `index` sleeps. It is among the IDLERS only if it could run a goroutine. */
  announce(index: number, kind: SleepKind): void {
    or(this.memory.meta, SLEEPERS + wordOf(index), bitOf(index))
    if (kind === 'idle') or(this.memory.meta, IDLERS + wordOf(index), bitOf(index))
    this.memory.faults.pass('sleep/announced')
  }

  withdraw(index: number): void {
    and(this.memory.meta, SLEEPERS + wordOf(index), ~bitOf(index))
    and(this.memory.meta, IDLERS + wordOf(index), ~bitOf(index))
  }

  isSleeping(index: number): boolean {
    return (load(this.memory.meta, SLEEPERS + wordOf(index)) & bitOf(index)) !== 0
  }

  /** Wakes P `index`, if it sleeps or has announced that it will. */
  wake(index: number): void {
    if (this.isSleeping(index)) this.move(index)
  }

  /** Wakes one P that sleeps, and takes its bit. So the next call wakes another P. */
  wakeOne(): void {
    this.wakeOneOf(SLEEPERS)
  }

  /** Wakes one P that sleeps since it has no goroutine to run. */
  wakeOneIdle(): void {
    this.wakeOneOf(IDLERS)
  }

  private wakeOneOf(mask: number): void {
    const { meta } = this.memory
    for (const word of [mask, mask + 1]) {
      for (;;) {
        const sleeping = load(meta, word)
        if (sleeping === 0) break
        const bit = sleeping & -sleeping
        if ((and(meta, word, ~bit) & bit) === 0) continue
        this.move((word === mask ? 0 : 32) + 31 - Math.clz32(bit))
        return
      }
    }
  }

  wakeAll(): void {
    for (let index = 0; index < this.memory.layout.procs; index++) this.wake(index)
  }

  /** Moves WAKE before the notify: a P that is about to wait on the old value does not begin. */
  private move(index: number): void {
    const wakeWord = this.memory.pWord(index, pWords.WAKE)
    this.memory.faults.pass('sleep/wake')
    add(this.memory.meta, wakeWord, 1)
    notify(this.memory.meta, wakeWord)
  }
}

/** Each mask is two words. */
const wordOf = (index: number): number => index >>> 5
const bitOf = (index: number): number => 1 << (index & 31)
