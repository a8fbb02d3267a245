/**
 * The shared lists of work buffers (Go's work.full and work.empty). A full buffer holds grey
 * objects for any P to scan; an empty one waits to be used. A buffer belongs to the list that holds
 * it, or to the P that took it.
 *
 * Both lists are under one lock. They are touched once for 254 objects. A lock-free stack would
 * need a tag against ABA, and a word of 32 bits has no room for one.
 *
 * When all buffers are in use, `takeEmpty` returns 0. What a marker does then is in
 * gc/mark/marker.ts.
 *
 * PUBLICATIONS counts every push to the full list. The coordinator compares it before and after its
 * ragged barrier. So it sees that grey objects were published, even if another P has taken them
 * since. A flagged span and a wanted stack are not counted here: the coordinator asks for those
 * before the barrier, and the stop asks for them exactly.
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

  /** Puts a buffer with objects into the full list, for any P to take. */
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

  /** Takes a buffer with objects; 0 if there is none. */
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

  /**
   * Takes an empty buffer: a used one, or else the next one of the pool, which is touched as late
   * as possible. 0 if all are in use; the caller must do without.
   */
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
