/**
 * Mark workers by Go's rules (go-gc §5): which one a P should run now, and running it.
 *
 *   dedicated    drains to the end of the work. After a slice of 10 ms it offers its role; it stops once another P has taken it.
 *   fractional   where dedicated workers alone miss the quarter by too much: each P marks for its share of the time, and leaves when it
 *                has used 1.2 times the share
 *   idle         on a P that has nothing else to do; leaves as soon as it has
 *
 * A worker runs in the scheduler's loop, or nested at a safepoint of the goroutine that the P was running. Different from Go, a P
 * cannot give its pinned goroutines away, so the dedicated role moves on instead of the goroutines.
 *
 * A P may sleep through the end of a cycle and the start of the next while in a worker. It then finds another CYCLES and leaves without
 * giving its role back: the setup stop has handed out all roles anew.
 */
import { add, compareAndSwap, load, now, store, sub } from '#sync'
import * as control from '../heap/layout/control.ts'
import * as p from '../heap/layout/p.ts'
import type { Memory } from '../heap/memory.ts'
import type { Drain } from './drain.ts'
import { EVENT_DEDICATED, EVENT_FRACTIONAL, EVENT_IDLE, type Events } from './events.ts'
import type { World } from './world.ts'

/** A slice, in ms: Go's forcePreemptNS. */
export const SLICE_MS = 10
/** A fractional worker leaves when it is this much over its share. */
const FRACTIONAL_OVERUSE = 1.2
type Kind = 'dedicated' | 'fractional' | 'idle'

export class Workers {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly drain: Drain
  private readonly world: World
  private readonly events: Events

  constructor(memory: Memory, pIndex: number, drain: Drain, world: World, events: Events) {
    this.memory = memory
    this.pIndex = pIndex
    this.drain = drain
    this.world = world
    this.events = events
  }

  /** Runs the dedicated or fractional worker that this P should run now. False if there is none (Go's findRunnableGCWorker). */
  runDue(): boolean {
    const { words } = this.memory
    if (words[control.BLACKEN_ENABLED] === 0) return false
    if (load(words, control.DEDICATED_OFFERS) > 0 && this.takeOffer()) {
      this.runDedicated()
      return true
    }
    if (!this.drain.isWorkAvailable) return false
    if (this.takeDedicated()) {
      this.runDedicated()
      return true
    }
    return this.runFractionalIfDue()
  }

  /** Runs an idle worker, if there is work and fewer run than may. */
  runIdle(): boolean {
    const { words } = this.memory
    if (words[control.BLACKEN_ENABLED] === 0 || !this.drain.isWorkAvailable) return false
    if (add(words, control.IDLE_WORKERS, 1) >= words[control.IDLE_WORKERS_MAX]) {
      sub(words, control.IDLE_WORKERS, 1)
      return false
    }
    this.run('idle', p.IDLE_MS, EVENT_IDLE, () => this.world.hasOtherWork())
    sub(words, control.IDLE_WORKERS, 1)
    if (this.drain.isWorkAvailable) this.world.wakeForWork()
    return true
  }

  /** True if this P could take some worker's role now. A hint. */
  get mayRun(): boolean {
    const { words } = this.memory
    if (words[control.BLACKEN_ENABLED] === 0) return false
    if (load(words, control.DEDICATED_NEEDED) > 0 || load(words, control.DEDICATED_OFFERS) > 0) return true
    return load(words, control.IDLE_WORKERS) < words[control.IDLE_WORKERS_MAX] || this.untilDueMs <= 0
  }

  /** Milliseconds until this P is due for a fractional worker again; Infinity if it has no such share or nothing is to be marked. */
  get untilDueMs(): number {
    const { words, doubles, layout } = this.memory
    const share = doubles[layout.measures + control.FRACTIONAL_GOAL]
    if (words[control.BLACKEN_ENABLED] === 0 || share === 0 || !this.drain.isWorkAvailable)
      return Number.POSITIVE_INFINITY
    const spent = doubles[this.memory.pMeasure(this.pIndex, p.FRACTIONAL_MS)]
    return spent / share - (now() - doubles[layout.measures + control.MARK_STARTED_AT]) + 0.01
  }

  private takeDedicated(): boolean {
    const { words } = this.memory
    for (;;) {
      const needed = load(words, control.DEDICATED_NEEDED)
      if (needed <= 0) return false
      if (compareAndSwap(words, control.DEDICATED_NEEDED, needed, needed - 1)) return true
    }
  }

  /** Takes the role of a dedicated worker whose slice is over. */
  private takeOffer(): boolean {
    const { layout } = this.memory
    for (let index = 0; index < layout.procs; index++) {
      if (index !== this.pIndex && this.withdrawOffer(index)) return true
    }
    return false
  }

  private withdrawOffer(index: number): boolean {
    const { words } = this.memory
    const offer = this.memory.p(index, p.DEDICATED_OFFERED)
    if (words[offer] === 0) return false
    // Counted off before it is taken: a count too high keeps Ps that would sleep looking for an offer that is gone; one too low costs a look.
    sub(words, control.DEDICATED_OFFERS, 1)
    this.memory.faults.pass('dedicated-worker/take')
    if (compareAndSwap(words, offer, 1, 0)) return true
    add(words, control.DEDICATED_OFFERS, 1)
    return false
  }

  private runDedicated(): void {
    const { words, layout } = this.memory
    const cycle = words[control.CYCLES]
    const offer = this.memory.p(this.pIndex, p.DEDICATED_OFFERED)
    const sliceEnd = now() + SLICE_MS
    let offered = false
    this.run(
      'dedicated',
      p.DEDICATED_MS,
      EVENT_DEDICATED,
      () => {
        if (offered) return load(words, offer) === 0
        if (layout.procs > 1 && now() >= sliceEnd) {
          offered = true
          store(words, offer, 1)
          add(words, control.DEDICATED_OFFERS, 1)
          this.memory.faults.pass('dedicated-worker/offer')
          this.world.wakeForWork()
        }
        return false
      },
      () => {
        const handedOver = offered && !this.withdrawOffer(this.pIndex)
        if (!handedOver && words[control.CYCLES] === cycle) add(words, control.DEDICATED_NEEDED, 1)
      },
    )
  }

  private runFractionalIfDue(): boolean {
    const { doubles, layout } = this.memory
    const share = doubles[layout.measures + control.FRACTIONAL_GOAL]
    if (share === 0) return false
    const markStarted = doubles[layout.measures + control.MARK_STARTED_AT]
    const spent = this.memory.pMeasure(this.pIndex, p.FRACTIONAL_MS)
    const began = now()
    if (began > markStarted && doubles[spent] / (began - markStarted) > share) return false
    this.run('fractional', p.FRACTIONAL_MS, EVENT_FRACTIONAL, () => {
      const time = now()
      return (doubles[spent] + time - began) / (time - markStarted) > FRACTIONAL_OVERUSE * share
    })
    return true
  }

  /** Drains as a worker, its time added to `measure`; `giveBack` returns its role before the termination is considered. */
  private run(kind: Kind, measure: number, event: number, isOver: () => boolean, giveBack?: () => void): void {
    const { words, doubles } = this.memory
    const activity = this.memory.p(this.pIndex, p.ACTIVITY)
    const before = words[activity]
    const cycle = words[control.CYCLES]
    const began = now()
    words[activity] = p.ACTIVITY_MARKING
    this.memory.faults.pass(`${kind}-worker/start`)
    this.drain.enter()
    this.drain.drainForCredit(isOver)
    if (words[control.CYCLES] === cycle) doubles[this.memory.pMeasure(this.pIndex, measure)] += now() - began
    this.events.slice(event, began, cycle)
    words[activity] = before
    this.memory.faults.pass(`${kind}-worker/park`)
    giveBack?.()
    this.drain.leave()
  }
}
