/**
 * The shared lists of work buffers: full ones hold grey objects for anyone to scan, empty ones wait
 * to be used (Go's work.full and work.empty). A buffer belongs to the list that holds it, or to the
 * P that took it.
 *
 * Both lists are under one lock: they are touched once per 254 objects, and a lock-free stack would
 * need a tag against ABA that 32 bits have no room for. PUBLICATIONS counts every push to the full
 * list; termination compares it around its ragged barrier, which covers every way in which work can
 * become visible.
 */

import { add, load } from '#sync'
import type { WorkBuffer } from '../../memory/kinds.ts'
import { WORK_BUFFER_NEXT, WORK_BUFFER_WORDS } from '../../memory/layout.ts'
import { lock, unlock } from '../../memory/lock.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'

/** @nosafepoint */
export class WorkBuffers {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Hands a buffer with objects to everybody. */
  putFull(buffer: WorkBuffer): void {
    const { meta } = this.memory
    this.memory.faults.pass('work/put-full')
    lock(meta, control.WORK_LOCK)
    try {
      meta[buffer + WORK_BUFFER_NEXT] = meta[control.WORK_FULL]
      meta[control.WORK_FULL] = buffer
      add(meta, control.WORK_FULL_COUNT, 1)
    } finally {
      unlock(meta, control.WORK_LOCK)
    }
    add(meta, control.PUBLICATIONS, 1)
  }

  /** A buffer with objects; 0 if there is none. */
  takeFull(): WorkBuffer {
    const { meta } = this.memory
    if (load(meta, control.WORK_FULL_COUNT) === 0) return 0
    this.memory.faults.pass('work/take-full')
    lock(meta, control.WORK_LOCK)
    try {
      const buffer = meta[control.WORK_FULL] as WorkBuffer
      if (buffer === 0) return 0
      meta[control.WORK_FULL] = meta[buffer + WORK_BUFFER_NEXT]
      add(meta, control.WORK_FULL_COUNT, -1)
      return buffer
    } finally {
      unlock(meta, control.WORK_LOCK)
    }
  }

  putEmpty(buffer: WorkBuffer): void {
    const { meta } = this.memory
    lock(meta, control.WORK_LOCK)
    try {
      meta[buffer + WORK_BUFFER_NEXT] = meta[control.WORK_EMPTY]
      meta[control.WORK_EMPTY] = buffer
    } finally {
      unlock(meta, control.WORK_LOCK)
    }
  }

  /** An empty buffer; 0 if all are in use: the caller must do without. */
  takeEmpty(): WorkBuffer {
    const { meta, layout, faults } = this.memory
    if (faults.pass('work/take-empty')) return 0
    lock(meta, control.WORK_LOCK)
    try {
      const buffer = meta[control.WORK_EMPTY] as WorkBuffer
      if (buffer !== 0) meta[control.WORK_EMPTY] = meta[buffer + WORK_BUFFER_NEXT]
      else if (meta[control.WORK_POOL_NEXT] < layout.workBufferCount)
        return (layout.workBuffers +
          meta[control.WORK_POOL_NEXT]++ * WORK_BUFFER_WORDS) as WorkBuffer
      return buffer
    } finally {
      unlock(meta, control.WORK_LOCK)
    }
  }

  /** True if no full buffer is in the list: a hint while anybody marks. */
  get isEmpty(): boolean {
    return load(this.memory.meta, control.WORK_FULL_COUNT) === 0
  }
}
