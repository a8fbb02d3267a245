/**
 * Go's limiter of the collector's CPU time (1.19; go-gc §6i): a leaky bucket that holds a second of each P. The collector's time fills it, the program's
 * empties it. While it is full, assists do nothing and the gate is open: the heap may pass its goal, and even the memory limit, rather than that the
 * program stands still. It is a limit below what lives that leads there.
 *
 *   collector   assists, waits at the gate; a quarter of all Ps while marking; all Ps while the world stands
 *   idle        Ps that sleep for want of a goroutine, and idle workers: neither
 *   program     the rest
 *
 * Updated at the end of an assist and of a wait at the gate, around what is done in a stop, and when a P looks for a worker and the last time is 10 ms ago; by one
 * P at a time, and the others leave it to that one. Different from Go: the time at the gate, which it has not; an assist or a wait counts when it is over,
 * and not while it lasts; and an assist that has begun goes on.
 */
import { load, now, store } from '#sync'
import * as control from '../heap/layout/control.ts'
import * as p from '../heap/layout/p.ts'
import { tryLock, unlock } from '../heap/lock.ts'
import type { Memory } from '../heap/memory.ts'

/** What the bucket holds for each P, and the longest time between two updates while marking, in ms. */
const CAPACITY_MS = 1000
const PERIOD_MS = 10
/** The share of Go's background workers. */
const BACKGROUND = 0.25

export class CpuLimiter {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** True while assists shall do nothing and the gate is open. */
  get isLimiting(): boolean {
    return load(this.memory.words, control.GC_CPU_LIMITED) !== 0
  }

  /** An update, if the last one is too long ago. */
  updateIfDue(): void {
    const { doubles } = this.memory
    if (now() - doubles[this.memory.measure(control.LIMITER_UPDATED_AT)] > PERIOD_MS) this.update()
  }

  /** Counts the time since the last update. `stopped`: in all of it the world stopped, or stood. */
  update(stopped = false): void {
    const { words } = this.memory
    if (!tryLock(words, control.LIMITER_LOCK)) return
    try {
      this.count(stopped)
    } finally {
      unlock(words, control.LIMITER_LOCK)
    }
  }

  private count(stopped: boolean): void {
    const { words, doubles, layout } = this.memory
    const measures = this.memory.measure(0)
    const time = now()
    const window = (time - doubles[measures + control.LIMITER_UPDATED_AT]) * layout.procs
    const [assisted, idled] = [this.sum(p.TOTAL_ASSIST_MS, 0), this.sum(p.TOTAL_IDLE_MS, time)]
    const assist = assisted - doubles[measures + control.LIMITER_ASSISTED]
    const idle = idled - doubles[measures + control.LIMITER_IDLED]
    doubles[measures + control.LIMITER_UPDATED_AT] = time
    doubles[measures + control.LIMITER_ASSISTED] = assisted
    doubles[measures + control.LIMITER_IDLED] = idled
    const background = words[control.BLACKEN_ENABLED] !== 0 ? BACKGROUND * window : 0
    this.fill(stopped ? window : assist + background, window - idle, layout.procs * CAPACITY_MS)
  }

  private fill(collectorMs: number, allMs: number, capacity: number): void {
    const { words, doubles } = this.memory
    const level = this.memory.measure(control.LIMITER_LEVEL)
    const change = collectorMs - Math.max(0, allMs - collectorMs)
    const isFull = change > 0 && doubles[level] + change >= capacity
    doubles[level] = isFull ? capacity : Math.max(0, doubles[level] + change)
    if (isFull) store(words, control.GC_CPU_LIMITED_CYCLE, words[control.CYCLES])
    if (change !== 0) store(words, control.GC_CPU_LIMITED, isFull ? 1 : 0)
  }

  /** A total of all Ps; of idle time with what the Ps that are idle at `time` have been so far. */
  private sum(total: number, time: number): number {
    const { doubles, layout } = this.memory
    let sum = 0
    for (let index = 0; index < layout.procs; index++) {
      const own = this.memory.pMeasure(index, 0)
      sum += doubles[own + total]
      if (time > 0 && doubles[own + p.IDLE_SINCE] > 0) sum += time - doubles[own + p.IDLE_SINCE]
    }
    return sum
  }
}
