/**
 * Draining: take root jobs and grey objects and scan them, until there is nothing left, the work
 * asked for is done, or the drain is called off (mgcmark.go gcDrain and gcDrainN, Go 1.19). A
 * worker takes root jobs first; an assist takes them only when it finds no grey object.
 *
 *   enter     DRAINERS + 1
 *   drain     in steps of about 2000 bytes of scan work (Go's gcCreditSlack). After each: count it,
 *             give others work if the shared list is empty, and look at the poll word
 *   countOff  DRAINERS − 1, by the termination policy. Then it looks whether the mark may be over
 *
 * Grey objects that a drain leaves behind stay in this P's queue. No other P sees them until this P
 * publishes them.
 *
 * Two questions about the end of the mark. Both are hints, and both are false while shared work is
 * left: a full work buffer, a root job, or a flagged span.
 *
 *                 DRAINERS                         SCANS_WANTED
 *   isQuiescent   0                                0
 *   isOutOfWork   each has stopped, or stands      any
 *                 aside
 *
 * Why isOutOfWork does not wait for a drainer that counts as stopped: it has published its grey
 * objects first. So it hides no work, and it may be off the CPU for long.
 *
 * Proof that some P looks after the last work is done, for a policy that asks isQuiescent
 * (gc/termination/helping.ts has its own).
 *
 * 1. A P that leaves a drain decrements DRAINERS, then reads SCANS_WANTED.
 * 2. A P that has served a wanted scan publishes, decrements SCANS_WANTED, then reads DRAINERS.
 * 3. Both decrements are atomic, so one of them is the later one. The P that made it sees both at
 *    0.
 */

import { add, load, sub } from '#sync'
import type { MetaDouble, MetaWord } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import { STOP_VERIFY, type World } from '../world.ts'
import type { WriteBarrier } from './barrier.ts'
import type { Marker } from './marker.ts'
import type { Roots } from './roots.ts'
import type { WorkBuffers } from './work-buffers.ts'

/** Scan work between two looks at the world (Go's gcCreditSlack). */
export const CREDIT_SLACK = 2000
/**
 * Work between two looks at whether the drain should end, for an idle or fractional worker, an
 * offer of a role, or an assist (Go's drainCheckThreshold).
 */
const CHECK_THRESHOLD = 100_000

/** Takes the scan work of workers, and makes credit of it. */
export interface CreditSink {
  payFrom(work: number): void
}

export class Drain {
  private readonly memory: Memory
  private readonly world: World
  private readonly pollWord: MetaWord
  private readonly drainingWord: MetaWord
  private readonly measures: MetaDouble
  private readonly marker: Marker
  private readonly barrier: WriteBarrier
  private readonly roots: Roots
  private readonly buffers: WorkBuffers
  private readonly credit: CreditSink

  constructor(
    here: Here,
    marker: Marker,
    barrier: WriteBarrier,
    roots: Roots,
    buffers: WorkBuffers,
    credit: CreditSink,
  ) {
    const { memory, index, world } = here
    this.memory = memory
    this.world = world
    this.pollWord = memory.pWord(index, pWords.POLL)
    this.drainingWord = memory.pWord(index, pWords.DRAINING)
    this.measures = memory.pDouble(index, 0)
    this.marker = marker
    this.barrier = barrier
    this.roots = roots
    this.buffers = buffers
    this.credit = credit
  }

  /** True if this P could mark something now (Go's gcMarkWorkAvailable). */
  get isWorkAvailable(): boolean {
    return !this.marker.queue.isEmpty || this.isSharedWork
  }

  /** True if there is work that every P can see. */
  private get isSharedWork(): boolean {
    const { meta } = this.memory
    return !this.buffers.isEmpty || this.roots.areLeft || load(meta, control.GREY_SPANS) !== 0
  }

  /**
   * True if no P drains, no stack is wanted and no shared work is left: the mark may be over.
   * Shared work is read last: a P that serves a scan publishes before it counts the scan as served,
   * so if the count is 0, what the scan found is in sight.
   */
  get isQuiescent(): boolean {
    const { meta } = this.memory
    if (meta[control.PHASE] !== control.PHASE_MARK || load(meta, control.DRAINERS) > 0) return false
    return load(meta, control.SCANS_WANTED) === 0 && !this.isSharedWork
  }

  /**
   * True if every P that drains has stopped or stands aside, and no shared work is left. Stacks may
   * still be wanted.
   */
  get isOutOfWork(): boolean {
    return (
      this.memory.meta[control.PHASE] === control.PHASE_MARK &&
      !this.isAnyDraining &&
      !this.isSharedWork
    )
  }

  private get isAnyDraining(): boolean {
    const { meta, layout } = this.memory
    if (load(meta, control.DRAINERS) === 0) return false
    for (let index = 0; index < layout.procs; index++) {
      const isDraining = load(meta, this.memory.pWord(index, pWords.DRAINING)) > 0
      if (
        isDraining &&
        load(meta, this.memory.pWord(index, pWords.STATUS)) === pWords.STATUS_RUNNING
      )
        return true
    }
    return false
  }

  /**
   * A plain load, as every poll. POLL_ALWAYS only sends allocations the slow way, and asks nothing
   * of a drain.
   */
  private get isPolled(): boolean {
    return (this.memory.meta[this.pollWord] & ~pWords.POLL_ALWAYS) !== 0
  }

  /**
   * Counts this P in. A P may be in two drains at a time: one at the gate, and a worker that runs
   * at a safepoint of that one. So DRAINING is a count.
   */
  enter(): void {
    add(this.memory.meta, this.drainingWord, 1)
    add(this.memory.meta, control.DRAINERS, 1)
  }

  /**
   * Counts this P off. The termination policy calls it, when what the P holds is published, or is
   * safe to leave unpublished (each policy says why). True if this P was the last that drained.
   */
  countOff(): boolean {
    this.memory.faults.pass('drain/count-off')
    sub(this.memory.meta, this.drainingWord, 1)
    return sub(this.memory.meta, control.DRAINERS, 1) === 1
  }

  /** Carries out the shades that wait in this P's barrier buffer. */
  flush(): void {
    this.barrier.flush()
  }

  /** Publishes the P's grey objects, and wakes a P for them. True if there were any. */
  publish(): boolean {
    const isWork = this.marker.queue.publish()
    if (isWork) this.world.wakeForWork()
    return isWork
  }

  /**
   * A worker's drain: to the end of the work, or until `isOver`, which is asked after each root job
   * and after every 100,000 bytes. Its scan work becomes credit, which pays for assists that wait.
   * @safepoint
   */
  drainForCredit(isOver: () => boolean): void {
    const { meta } = this.memory
    const cycle = meta[control.CYCLES]
    let unchecked = 0
    for (;;) {
      if (this.isPolled) this.world.safepoint()
      this.verifyIfDue()
      // A safepoint may end the cycle and begin the next one. So after it everything is read again.
      if (meta[control.BLACKEN_ENABLED] === 0 || meta[control.CYCLES] !== cycle) break
      // A worker takes roots first: what they lead to is work for all Ps.
      const rootWork = this.roots.scanNext('running')
      if (rootWork >= 0) {
        this.credit.payFrom(rootWork)
        if (isOver()) break
        continue
      }
      const done = this.step()
      if (done === 0) break
      this.credit.payFrom(this.account())
      this.shareIfWanted()
      unchecked += done
      if (unchecked >= CHECK_THRESHOLD) {
        unchecked = 0
        if (isOver()) break
      }
    }
    this.credit.payFrom(this.account())
  }

  /**
   * `--check`: verifies the mark in a stop, once as much work is done as the setup stop said.
   * @safepoint
   */
  verifyIfDue(): void {
    const { meta } = this.memory
    const at = meta[control.VERIFY_AT]
    if (at === 0) return
    const epoch = this.world.epoch()
    const done = load(meta, control.SCAN_WORK_HEAP) + load(meta, control.SCAN_WORK_STACK)
    if (meta[control.VERIFY_AT] === at && done + load(meta, control.SCAN_WORK_GLOBALS) >= at)
      this.world.raise(epoch, STOP_VERIFY)
  }

  /**
   * An assist's drain: until it has done `wanted` bytes of scan work, or is called off, which is
   * asked after every 100,000 bytes, or this P is polled. Returns the work that it did. None of it
   * becomes background credit: the assist's own goroutine gets the credit.
   */
  drainWork(wanted: number, isCalledOff: () => boolean = () => false): number {
    const { meta } = this.memory
    const cycle = meta[control.CYCLES]
    let work = 0
    let checkAt = CHECK_THRESHOLD
    while (work < wanted) {
      if (this.isPolled) break
      if (work >= checkAt) {
        checkAt = work + CHECK_THRESHOLD
        if (isCalledOff()) break
      }
      if (meta[control.BLACKEN_ENABLED] === 0 || meta[control.CYCLES] !== cycle) break
      // An assist takes a root only if there is no grey object: a root job may be far more than it
      // owes.
      if (this.step() === 0) {
        const rootWork = this.roots.scanNext('running')
        if (rootWork < 0) break
        work += rootWork
      }
      work += this.account()
      this.shareIfWanted()
    }
    return work + this.account()
  }

  /**
   * Marks in a stopped world: everything, or about `most` bytes of heap. The actor is alone, so it
   * may scan the stack of any goroutine.
   */
  drainStopped(most = Number.POSITIVE_INFINITY): void {
    for (let done = 0; done < most; ) {
      const wasRoot = this.roots.scanNext('stopped') >= 0
      const some = this.step()
      this.account()
      if (some === 0 && !wasRoot) return
      done += some
    }
  }

  /**
   * One step of marking. Returns 0 if nothing was found: not in the queue or the shared list, then
   * not in the barrier buffer, then not in flagged spans. In this order, since the later ones cost
   * more.
   */
  private step(): number {
    const done = this.marker.scanSome(CREDIT_SLACK)
    if (done > 0) return done
    this.barrier.flush()
    const flushed = this.marker.scanSome(CREDIT_SLACK)
    if (flushed > 0) return flushed
    return this.marker.scanFlaggedSpans() ? 1 : 0
  }

  /**
   * Adds what was marked since the last call to the counters of the cycle. Returns the scan work of
   * it.
   */
  account(): number {
    const marker = this.marker
    const work = marker.scanWork
    if (work > 0) add(this.memory.meta, control.SCAN_WORK_HEAP, work)
    this.memory.metaF64[this.measures + pWords.BYTES_MARKED] += marker.bytesMarked
    marker.scanWork = 0
    marker.bytesMarked = 0
    return work
  }

  private shareIfWanted(): void {
    // If the shared list is empty, another P may have nothing to do.
    if (this.buffers.isEmpty && this.marker.queue.share()) this.world.wakeForWork()
  }
}
