/**
 * Mark workers by Go's rules (docs/go-collector.md §5): which worker a P should run now, and
 * running it.
 *
 *   dedicated    drains to the end of the work. After a slice of 10 ms it offers its role, and
 *                stops when another P has taken it
 *   fractional   if whole dedicated workers miss the quarter of the CPU by too much. Each P marks
 *                for its share of the time. The worker leaves when it has used 1.2 times the share
 *   idle         on a P that has nothing else to do. It leaves at its next look once the P has
 *
 * A worker runs in the scheduler's loop, or at a safepoint of the goroutine that its P runs.
 * Different from Go, a P cannot give its pinned goroutines away. So the dedicated role moves on
 * instead of the goroutines that wait behind it.
 *
 * A P may sleep in a worker while one cycle ends and the next one begins. It then finds that CYCLES
 * has changed, and leaves. Its role was taken back by the setup stop (gc/work/roles.ts), and its
 * time is not added to the new cycle.
 */
import { add, load, now, sub } from '#sync'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import type { Drain } from '../mark/drain.ts'
import type { EndOfMark } from '../termination/end-of-mark.ts'
import type { CpuLimiter } from './cpu-limiter.ts'
import { Roles } from './roles.ts'

/** A slice, in ms: Go's forcePreemptNS. */
export const SLICE_MS = 10
/** A fractional worker leaves when it has used this many times its share. */
const FRACTIONAL_OVERUSE = 1.2
type Kind = 'dedicated' | 'fractional' | 'idle'

export class Workers {
  private readonly here: Here
  private readonly memory: Memory
  private readonly drain: Drain
  private readonly endOfMark: EndOfMark
  private readonly limiter: CpuLimiter
  private readonly roles: Roles

  constructor(here: Here, drain: Drain, endOfMark: EndOfMark, limiter: CpuLimiter) {
    this.here = here
    this.memory = here.memory
    this.drain = drain
    this.endOfMark = endOfMark
    this.limiter = limiter
    this.roles = new Roles(here.memory, here.index)
  }

  /**
   * Runs the dedicated or fractional worker that this P should run now. False if there is none
   * (Go's findRunnableGCWorker). @safepoint
   */
  runDue(): boolean {
    const { meta } = this.memory
    if (meta[control.BLACKEN_ENABLED] === 0) return false
    this.limiter.updateIfDue()
    // An offer is taken even if no work is in sight: the P that offers may have all of it in its
    // queue, and shares it when the shared list is empty.
    if (this.roles.areOffered && this.roles.takeOver()) return this.runDedicated()
    if (!this.drain.isWorkAvailable) return false
    return this.roles.take() ? this.runDedicated() : this.runFractionalIfDue()
  }

  /** Runs an idle worker, if there is work and fewer run than may. @safepoint */
  runIdle(): boolean {
    const { meta } = this.memory
    if (meta[control.BLACKEN_ENABLED] === 0 || !this.drain.isWorkAvailable) return false
    // Counted before it is compared, so that no two Ps both take the last place.
    if (add(meta, control.IDLE_WORKERS, 1) >= meta[control.IDLE_WORKERS_MAX]) {
      sub(meta, control.IDLE_WORKERS, 1)
      return false
    }
    this.run('idle', pWords.IDLE_MS, () => this.here.world.hasOtherWork())
    sub(meta, control.IDLE_WORKERS, 1)
    // This P leaves, and work is left: another P that sleeps may do it.
    if (this.drain.isWorkAvailable) this.here.world.wakeForWork()
    return true
  }

  /** True if this P could take some worker's role now. A hint. */
  get mayRun(): boolean {
    const { meta } = this.memory
    if (meta[control.BLACKEN_ENABLED] === 0) return false
    return (
      this.roles.areLeft ||
      load(meta, control.IDLE_WORKERS) < meta[control.IDLE_WORKERS_MAX] ||
      this.untilDueMs <= 0
    )
  }

  /**
   * Milliseconds until this P is due for a fractional worker again. Infinity if it has no share, or
   * there is nothing to mark. A P that sleeps must wake then.
   */
  get untilDueMs(): number {
    const { meta, metaF64 } = this.memory
    const share = this.memory.get(control.FRACTIONAL_GOAL)
    if (meta[control.BLACKEN_ENABLED] === 0 || share === 0 || !this.drain.isWorkAvailable)
      return Number.POSITIVE_INFINITY
    const spent = metaF64[this.memory.pDouble(this.here.index, pWords.FRACTIONAL_MS)]
    return spent / share - (now() - this.memory.get(control.MARK_STARTED_AT)) + 0.01
  }

  private runDedicated(): boolean {
    const { roles } = this
    const sliceEnd = now() + SLICE_MS
    const isOver = (): boolean => {
      // A P whose slice is over offers its role and drains on: the role is never without a P that
      // marks.
      if (this.memory.layout.procs > 1 && roles.isHeld && now() >= sliceEnd) {
        roles.offer()
        this.here.world.wakeForWork()
      }
      return roles.isGone
    }
    this.run('dedicated', pWords.DEDICATED_MS, isOver, () => roles.giveBack())
    return true
  }

  private runFractionalIfDue(): boolean {
    const { metaF64 } = this.memory
    const share = this.memory.get(control.FRACTIONAL_GOAL)
    if (share === 0) return false
    const markStarted = this.memory.get(control.MARK_STARTED_AT)
    const spentDouble = this.memory.pDouble(this.here.index, pWords.FRACTIONAL_MS)
    const began = now()
    if (began > markStarted && metaF64[spentDouble] / (began - markStarted) > share) return false
    this.run('fractional', pWords.FRACTIONAL_MS, () => {
      const time = now()
      return (
        (metaF64[spentDouble] + time - began) / (time - markStarted) > FRACTIONAL_OVERUSE * share
      )
    })
    return true
  }

  /**
   * Drains as a worker, and adds its time to `measure`. `giveBack` returns its role before the
   * termination policy hears of it: if the mark goes on, another P can take the role.
   */
  private run(kind: Kind, measure: number, isOver: () => boolean, giveBack?: () => void): void {
    const { meta, metaF64 } = this.memory
    const activityWord = this.memory.pWord(this.here.index, pWords.ACTIVITY)
    const before = meta[activityWord]
    const cycle = meta[control.CYCLES]
    if (kind !== 'idle') this.limiter.busy()
    const began = now()
    meta[activityWord] = pWords.ACTIVITY_MARKING
    this.memory.faults.pass(`${kind}-worker/start`)
    this.drain.enter()
    this.drain.drainForCredit(() => {
      // Ps may wait for what this drain does. Their time counts as the collector's, so the bucket
      // must be updated while they wait.
      this.limiter.updateIfDue()
      return isOver()
    })
    const ms = now() - began
    if (meta[control.CYCLES] === cycle) metaF64[this.memory.pDouble(this.here.index, measure)] += ms
    this.here.listener.slice(`${kind} worker`, began, cycle)
    meta[activityWord] = before
    this.memory.faults.pass(`${kind}-worker/park`)
    giveBack?.()
    this.endOfMark.drained()
    if (meta[control.BLACKEN_ENABLED] !== 0) this.memory.faults.pass('mark-worker/parked')
  }
}
