/**
 * Draining: root jobs first, then grey objects, until there is nothing left or the drain is called off (Go's gcDrain, gcDrainN).
 *
 *   enter     DRAINERS + 1
 *   drain     in steps of about 2000 bytes of scan work (Go's gcCreditSlack); after each: account for it, let others have work if the
 *             shared list is empty, serve stops
 *   leave     DRAINERS − 1; whoever was the last, and sees no work and no stack still to be scanned, lets the termination policy decide
 *
 * Grey objects that a drain leaves behind stay in this P's queue; nobody else sees them until it publishes them.
 *
 * Proof that somebody looks. Who leaves subtracts, then looks; so does who has served the last wanted scan. Of the two that bring both counts to 0 the
 * later sees both at 0.
 */
import { add, load, sub } from '#sync'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as p from '../../memory/words/p.ts'
import type { Overrun } from '../record/overrun.ts'
import type { Termination } from '../termination/policy.ts'
import type { Assists } from '../work/assist.ts'
import { STOP_VERIFY, type World } from '../world.ts'
import type { WriteBarrier } from './barrier.ts'
import type { Marker } from './marker.ts'
import type { Roots } from './roots.ts'
import type { WorkBuffers } from './work-buffers.ts'

/** Scan work between two looks at the world (Go's gcCreditSlack). */
export const CREDIT_SLACK = 2000
/** Work between two looks at whether an idle or fractional worker should leave (Go's drainCheckThreshold). */
const CHECK_THRESHOLD = 100_000

export class Drain {
  private readonly memory: Memory
  private readonly poll: number
  private readonly activity: number
  private readonly draining: number
  private readonly measures: number
  private readonly marker: Marker
  private readonly barrier: WriteBarrier
  private readonly roots: Roots
  private readonly buffers: WorkBuffers
  private readonly world: World
  private readonly overrun: Overrun
  /** Set once at boot: drains, assists and termination need each other. */
  assists!: Assists
  termination!: Termination

  constructor(
    memory: Memory,
    pIndex: number,
    marker: Marker,
    barrier: WriteBarrier,
    roots: Roots,
    buffers: WorkBuffers,
    world: World,
    overrun: Overrun,
  ) {
    this.memory = memory
    this.poll = memory.p(pIndex, p.POLL)
    this.activity = memory.p(pIndex, p.ACTIVITY)
    this.draining = memory.p(pIndex, p.DRAINING)
    this.measures = memory.pMeasure(pIndex, 0)
    this.marker = marker
    this.barrier = barrier
    this.roots = roots
    this.buffers = buffers
    this.world = world
    this.overrun = overrun
  }

  /** True if this P could mark something now (Go's gcMarkWorkAvailable). */
  get isWorkAvailable(): boolean {
    return !this.marker.queue.isEmpty || this.isSharedWork
  }

  /** True if there is work that every P can see. */
  private get isSharedWork(): boolean {
    const { words } = this.memory
    return !this.buffers.isEmpty || this.roots.areLeft || load(words, control.GREY_SPANS) !== 0
  }

  /** True if nobody drains, no stack is wanted and no shared work is left: the mark may be over. Shared work last: a scan that was served has published. */
  get isQuiescent(): boolean {
    const { words } = this.memory
    if (words[control.PHASE] !== control.PHASE_MARK || load(words, control.DRAINERS) > 0) return false
    return load(words, control.SCANS_WANTED) === 0 && !this.isSharedWork
  }

  /**
   * True if no P that runs drains, and no shared work is left; but stacks may still be wanted. Who is in a drain and does not run has published what it
   * holds: it is stopped, or stands aside.
   */
  get isExhausted(): boolean {
    return this.memory.words[control.PHASE] === control.PHASE_MARK && !this.isAnyDraining && !this.isSharedWork
  }

  private get isAnyDraining(): boolean {
    const { words, layout } = this.memory
    if (load(words, control.DRAINERS) === 0) return false
    for (let index = 0; index < layout.procs; index++) {
      const isDraining = load(words, this.memory.p(index, p.DRAINING)) > 0
      if (isDraining && load(words, this.memory.p(index, p.STATUS)) === p.STATUS_RUNNING) return true
    }
    return false
  }

  /** A plain load, as every poll; the bit that sends allocations the slow way asks nothing of a drain. */
  private get isPolled(): boolean {
    return (this.memory.words[this.poll] & ~p.POLL_ALWAYS) !== 0
  }

  enter(): void {
    add(this.memory.words, this.draining, 1)
    add(this.memory.words, control.DRAINERS, 1)
  }

  leave(): void {
    this.memory.faults.pass('drain/leave')
    this.terminate(true)
  }

  /** Counts this P off: by the termination policy, once what it holds is published or does not count. True if it was the last that drained. */
  countOff(): boolean {
    this.memory.faults.pass('drain/count-off')
    sub(this.memory.words, this.draining, 1)
    return sub(this.memory.words, control.DRAINERS, 1) === 1
  }

  /** What this P's queue holds becomes everybody's. True if it held anything. */
  publish(): boolean {
    const isWork = this.marker.queue.publish()
    if (isWork) this.world.wakeForWork()
    return isWork
  }

  /** This P has served a wanted scan: if that was the last, nobody else may look. */
  look(): void {
    this.terminate(false)
  }

  private terminate(leaves: boolean): void {
    const { words } = this.memory
    const before = words[this.activity]
    words[this.activity] = p.ACTIVITY_TERMINATING
    if (leaves) this.termination.leave()
    else this.termination.markMayBeOver()
    this.overrun.leave()
    words[this.activity] = before
  }

  /**
   * A worker's drain, to the end of the work or until `isOver`, which is asked after root jobs and every 100,000 bytes. Its scan work
   * becomes background credit.
   */
  drainForCredit(isOver: () => boolean): void {
    const { words } = this.memory
    const cycle = words[control.CYCLES]
    let unchecked = 0
    for (;;) {
      if (this.isPolled) this.world.safepoint()
      this.verifyIfDue()
      // After a stop everything is read again: the phase may have ended, and the next cycle begun.
      if (words[control.BLACKEN_ENABLED] === 0 || words[control.CYCLES] !== cycle) break
      const rootWork = this.roots.scanNext(false)
      if (rootWork >= 0) {
        this.assists.payFrom(rootWork)
        if (isOver()) break
        continue
      }
      const done = this.step()
      if (done === 0) break
      this.assists.payFrom(this.account())
      this.shareIfWanted()
      unchecked += done
      if (unchecked >= CHECK_THRESHOLD) {
        unchecked = 0
        if (isOver()) break
      }
    }
    this.assists.payFrom(this.account())
  }

  /** Stops the mark to be verified, once it has come as far as the setup stop said (`--check`). A safepoint. */
  verifyIfDue(): void {
    const { words } = this.memory
    const at = words[control.VERIFY_AT]
    if (at === 0) return
    const epoch = this.world.epoch()
    const done = load(words, control.SCAN_WORK_HEAP) + load(words, control.SCAN_WORK_STACK)
    if (words[control.VERIFY_AT] === at && done + load(words, control.SCAN_WORK_GLOBALS) >= at)
      this.world.raise(epoch, STOP_VERIFY)
  }

  /**
   * An assist's drain: until it has done `wanted` bytes of scan work, or is called off, which is asked every 100,000 bytes. Returns what it did; none of it becomes credit.
   */
  drainWork(wanted: number, isCalledOff: () => boolean = () => false): number {
    const { words } = this.memory
    const cycle = words[control.CYCLES]
    let work = 0
    let checkAt = CHECK_THRESHOLD
    while (work < wanted) {
      if (this.isPolled) break
      if (work >= checkAt) {
        checkAt = work + CHECK_THRESHOLD
        if (isCalledOff()) break
      }
      if (words[control.BLACKEN_ENABLED] === 0 || words[control.CYCLES] !== cycle) break
      if (this.step() === 0) {
        const rootWork = this.roots.scanNext(false)
        if (rootWork < 0) break
        work += rootWork
      }
      work += this.account()
      this.shareIfWanted()
    }
    return work + this.account()
  }

  /** Marks in a stopped world: all there is, or about so many bytes of heap. */
  drainStopped(most = Number.POSITIVE_INFINITY): void {
    for (let done = 0; done < most; ) {
      const wasRoot = this.roots.scanNext(true) >= 0
      const some = this.step()
      this.account()
      if (some === 0 && !wasRoot) return
      done += some
    }
  }

  /** One step of marking; 0 if nothing was found, not even in the barrier's buffer or in flagged spans. */
  private step(): number {
    const done = this.marker.scanSome(CREDIT_SLACK)
    if (done > 0) return done
    this.barrier.flush()
    const flushed = this.marker.scanSome(CREDIT_SLACK)
    if (flushed > 0) return flushed
    return this.marker.scanFlaggedSpans() ? 1 : 0
  }

  /** Adds what was marked to the counters; returns the scan work. */
  account(): number {
    const marker = this.marker
    const work = marker.scanWork
    if (work > 0) add(this.memory.words, control.SCAN_WORK_HEAP, work)
    this.memory.doubles[this.measures + p.BYTES_MARKED] += marker.bytesMarked
    marker.scanWork = 0
    marker.bytesMarked = 0
    return work
  }

  private shareIfWanted(): void {
    if (this.buffers.isEmpty && this.marker.queue.share()) this.world.wakeForWork()
  }
}
