/**
 * Draining: root jobs first, then grey objects, until there is nothing left or the drain is called
 * off (mgcmark.go gcDrain and gcDrainN, Go 1.19).
 *
 *   enter     DRAINERS + 1
 *   drain     in steps of about 2000 bytes of scan work (Go's gcCreditSlack); after each: account
 *             for it, let others have work if the shared list is empty, serve stops
 *   countOff  DRAINERS − 1, by the termination policy. It then looks whether the mark may be over
 *
 * Grey objects that a drain leaves behind stay in this P's queue. Nobody else sees them until the P
 * publishes them.
 *
 * Two questions about the end of the mark, both hints, both false while shared work is left:
 *
 *                 DRAINERS                         SCANS_WANTED
 *   isQuiescent   0                                0
 *   isOutOfWork   none that belongs to a P that    any
 *                 runs
 *
 * Proof that somebody looks.
 * 1. A P that leaves a drain decrements DRAINERS, then reads SCANS_WANTED.
 * 2. A P that has served a wanted scan decrements SCANS_WANTED, then reads DRAINERS.
 * 3. The later of the two decrements sees both at 0.
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
 * Work between two looks at whether an idle or fractional worker should leave (Go's
 * drainCheckThreshold).
 */
const CHECK_THRESHOLD = 100_000

/** Where the scan work of workers goes. */
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
   * True if nobody drains, no stack is wanted and no shared work is left: the mark may be over.
   * Shared work is read last: a scan that was served has published.
   */
  get isQuiescent(): boolean {
    const { meta } = this.memory
    if (meta[control.PHASE] !== control.PHASE_MARK || load(meta, control.DRAINERS) > 0) return false
    return load(meta, control.SCANS_WANTED) === 0 && !this.isSharedWork
  }

  /**
   * True if no P that runs drains, and no shared work is left; stacks may still be wanted. A P that
   * is in a drain and does not run has published what it holds: it is stopped, or stands aside.
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
   * A plain load, as every poll; the bit that sends allocations the slow way asks nothing of a
   * drain.
   */
  private get isPolled(): boolean {
    return (this.memory.meta[this.pollWord] & ~pWords.POLL_ALWAYS) !== 0
  }

  enter(): void {
    add(this.memory.meta, this.drainingWord, 1)
    add(this.memory.meta, control.DRAINERS, 1)
  }

  /**
   * Counts this P off: by the termination policy, once what it holds is published or does not
   * count. True if it was the last that drained.
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

  /** What this P's queue holds becomes everybody's. True if it held anything. */
  publish(): boolean {
    const isWork = this.marker.queue.publish()
    if (isWork) this.world.wakeForWork()
    return isWork
  }

  /**
   * A worker's drain, to the end of the work or until `isOver`, which is asked after root jobs and
   * every 100,000 bytes. Its scan work becomes background credit. @safepoint
   */
  drainForCredit(isOver: () => boolean): void {
    const { meta } = this.memory
    const cycle = meta[control.CYCLES]
    let unchecked = 0
    for (;;) {
      if (this.isPolled) this.world.safepoint()
      this.verifyIfDue()
      // After a stop everything is read again: the phase may have ended, and the next cycle begun.
      if (meta[control.BLACKEN_ENABLED] === 0 || meta[control.CYCLES] !== cycle) break
      const rootWork = this.roots.scanNext()
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
   * Verifies the mark in a stop, once it is as far as the setup stop said (`--check`). @safepoint
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
   * asked every 100,000 bytes. Returns what it did; none of it becomes credit.
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
      if (this.step() === 0) {
        const rootWork = this.roots.scanNext()
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
      const wasRoot = this.roots.scanNextStopped() >= 0
      const some = this.step()
      this.account()
      if (some === 0 && !wasRoot) return
      done += some
    }
  }

  /**
   * One step of marking; 0 if nothing was found, not even in the barrier's buffer or in flagged
   * spans.
   */
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
    if (work > 0) add(this.memory.meta, control.SCAN_WORK_HEAP, work)
    this.memory.metaF64[this.measures + pWords.BYTES_MARKED] += marker.bytesMarked
    marker.scanWork = 0
    marker.bytesMarked = 0
    return work
  }

  private shareIfWanted(): void {
    if (this.buffers.isEmpty && this.marker.queue.share()) this.world.wakeForWork()
  }
}
