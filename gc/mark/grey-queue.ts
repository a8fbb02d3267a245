/**
 * A P's own grey objects (Go's gcWork): two work buffers, the active one and a spare.
 *
 * A P adds and takes at the end of the active buffer. When that is full, or empty, the P swaps the
 * two. Only when both are full, or both empty, does it go to the shared lists. So a P that goes
 * back and forth over the end of a buffer does not touch the lock each time.
 *
 * Only this P's thread knows which buffers it holds, and no P looks into the queue of another. So a
 * P must publish its buffers before it counts as stopped. What is not published then, the stop
 * cannot see, and the mark could end without it.
 */

import type { Addr, MetaWords, WorkBuffer } from '../../memory/kinds.ts'
import { WORK_BUFFER_COUNT, WORK_BUFFER_ENTRIES, WORK_BUFFER_WORDS } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import type { WorkBuffers } from './work-buffers.ts'

/** With no more objects than this, an active buffer is not worth sharing (Go's balance). */
const TOO_FEW_TO_SHARE = 4

/** @nosafepoint */
export class GreyQueue {
  private readonly meta: MetaWords
  private readonly buffers: WorkBuffers
  private active: WorkBuffer = 0
  private spare: WorkBuffer = 0
  /**
   * Word indices in the active buffer: its first entry, the next free one, its end. All are 0 if
   * there is no active buffer. The mark loop works on copies (Marker.scanSome).
   */
  floor = 0
  top = 0
  ceiling = 0

  constructor(memory: Memory, buffers: WorkBuffers) {
    this.meta = memory.meta
    this.buffers = buffers
  }

  /** Adds a grey object. False if no buffer is to be had: then it was not added. */
  put(object: Addr): boolean {
    if (this.top === this.ceiling && !this.makeRoom()) return false
    this.meta[this.top++] = object
    return true
  }

  /** Takes a grey object, from the shared list if this P has none; 0 if there is none. */
  take(): Addr {
    if (this.top === this.floor && !this.findMore()) return 0
    return this.meta[--this.top]
  }

  /** True if this P holds no grey object. */
  get isEmpty(): boolean {
    return (
      this.top === this.floor &&
      (this.spare === 0 || this.meta[this.spare + WORK_BUFFER_COUNT] === 0)
    )
  }

  /** Publishes all that this P holds. True if that was any object. */
  publish(): boolean {
    const any = !this.isEmpty
    this.suspend()
    this.giveBack(this.active)
    this.giveBack(this.spare)
    this.resume(0)
    this.spare = 0
    return any
  }

  /**
   * Publishes some of the P's objects for others: the spare buffer, or half of the active one. True
   * if it did.
   */
  share(): boolean {
    if (this.spare !== 0 && this.meta[this.spare + WORK_BUFFER_COUNT] > 0) {
      this.giveBack(this.spare)
      this.spare = 0
      return true
    }
    if (this.top - this.floor <= TOO_FEW_TO_SHARE) return false
    const half = this.spare !== 0 ? this.spare : this.buffers.takeEmpty()
    if (half === 0) return false
    const kept = this.floor + ((this.top - this.floor) >> 1)
    this.meta.copyWithin(half + WORK_BUFFER_ENTRIES, kept, this.top)
    this.meta[half + WORK_BUFFER_COUNT] = this.top - kept
    this.top = kept
    this.spare = 0
    this.buffers.putFull(half)
    return true
  }

  /** Makes room at `top`, in the spare buffer or a new one. False if no buffer is to be had. */
  makeRoom(): boolean {
    this.swap()
    if (this.top !== this.ceiling) return true
    const empty = this.buffers.takeEmpty()
    if (empty === 0) return false
    if (this.active !== 0) {
      this.suspend()
      this.buffers.putFull(this.active)
    }
    this.meta[empty + WORK_BUFFER_COUNT] = 0
    this.resume(empty)
    return true
  }

  /**
   * Finds an object below `top`, in the spare buffer or in the shared list. False if there is none.
   */
  findMore(): boolean {
    this.swap()
    if (this.top !== this.floor) return true
    const full = this.buffers.takeFull()
    if (full === 0) return false
    if (this.active !== 0) this.buffers.putEmpty(this.active)
    this.resume(full)
    return true
  }

  private swap(): void {
    this.suspend()
    const active = this.active
    this.resume(this.spare)
    this.spare = active
  }

  /** Writes the active buffer's count into it. */
  private suspend(): void {
    if (this.active !== 0) this.meta[this.active + WORK_BUFFER_COUNT] = this.top - this.floor
  }

  /** Makes a buffer, or none, the active one. */
  private resume(buffer: WorkBuffer): void {
    this.active = buffer
    this.floor = buffer === 0 ? 0 : buffer + WORK_BUFFER_ENTRIES
    this.ceiling = buffer === 0 ? 0 : buffer + WORK_BUFFER_WORDS
    this.top = buffer === 0 ? 0 : this.floor + this.meta[buffer + WORK_BUFFER_COUNT]
  }

  private giveBack(buffer: WorkBuffer): void {
    if (buffer === 0) return
    if (this.meta[buffer + WORK_BUFFER_COUNT] > 0) this.buffers.putFull(buffer)
    else this.buffers.putEmpty(buffer)
  }
}
