/**
 * Sleeping without losing a wake-up.
 *
 *   who sleeps     announces it (its bit in SLEEPERS), reads its WAKE word, looks once more for what it waits for, then waits on WAKE
 *   who publishes  publishes, then reads the announcement; if the bit is set, moves WAKE and notifies
 *
 * Proof. All of these are sequentially consistent. If the sleeper's last look missed the publication, the look came before it, so the
 * announcement did too, and the publisher sees the bit. It moves WAKE after the sleeper read it, so the wait does not begin, or ends. (Plain stores
 * and loads do not do: two threads that each store, then load the other's word, may both miss; 81 times in 100,000 on x64.)
 */
import { add, and, load, notify, or, step } from '#sync'
import { SLEEPERS_HIGH, SLEEPERS_LOW } from '../heap/layout/control.ts'
import * as p from '../heap/layout/p.ts'
import type { Memory } from '../heap/memory.ts'

export class Sleepers {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  announce(index: number): void {
    or(this.memory.words, wordOf(index), bitOf(index))
    step('sleep/announced')
  }

  withdraw(index: number): void {
    and(this.memory.words, wordOf(index), ~bitOf(index))
  }

  isSleeping(index: number): boolean {
    return (load(this.memory.words, wordOf(index)) & bitOf(index)) !== 0
  }

  /** Wakes P `index` if it sleeps or is about to. */
  wake(index: number): void {
    if (this.isSleeping(index)) this.move(index)
  }

  /** Wakes one P that sleeps, and takes its bit, so that the next call wakes another. */
  wakeOne(): void {
    for (const word of [SLEEPERS_LOW, SLEEPERS_HIGH]) {
      for (;;) {
        const sleeping = load(this.memory.words, word)
        if (sleeping === 0) break
        const bit = sleeping & -sleeping
        if ((and(this.memory.words, word, ~bit) & bit) === 0) continue
        this.move((word === SLEEPERS_HIGH ? 32 : 0) + 31 - Math.clz32(bit))
        return
      }
    }
  }

  wakeAll(): void {
    for (let index = 0; index < this.memory.layout.procs; index++) this.wake(index)
  }

  private move(index: number): void {
    const wake = this.memory.p(index, p.WAKE)
    add(this.memory.words, wake, 1)
    notify(this.memory.words, wake)
  }
}

const wordOf = (index: number): number => (index < 32 ? SLEEPERS_LOW : SLEEPERS_HIGH)
const bitOf = (index: number): number => 1 << (index & 31)
