/**
 * Goroutine records: making them, ending them, and their status.
 *
 *            place                run                    park
 *   FREE ──► RUNNABLE ──────────► RUNNING ─────────────► WAITING
 *     ▲         ▲   ▲  ◄────────── │  │   give way          │
 *     │         │   └──────────────┘  │ return              │ ready
 *     └─ DEAD ◄─│─────────────────────┘                     │
 *               └───────────────────────────────────────────┘
 *
 * Two more bits stand in the same word (gc/mark/roots.ts):
 *
 *   G_SCAN          a P scans the stack, and owns it; the goroutine does not run
 *   G_SCAN_WANTED   the goroutine runs, and its own P must scan the stack before it stops running
 *
 * Every change of status is a compare-and-swap, so that neither bit is ever overwritten.
 *
 * A goroutine parks with a ticket. A peer or a timer that would wake it must first win
 * the ticket, by a compare-and-swap that moves it. So of all that try, one wakes it.
 */

import { add, compareAndSwap, load, sub, wait } from '#sync'
import type { Heap } from '../heap/heap.ts'
import { Stacks } from '../heap/stacks.ts'
import { InternalError } from '../memory/internal-error.ts'
import type { GoroutineId } from '../memory/kinds.ts'
import { MAX_GOROUTINES, STACK_MIN_LOG2 } from '../memory/layout.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as gWords from '../memory/words/goroutine.ts'

export class Goroutines {
  private readonly memory: Memory
  private readonly heap: Heap

  constructor(heap: Heap) {
    this.heap = heap
    this.memory = heap.memory
  }

  /**
   * Makes a record for a new goroutine that is to run the task `task`. It belongs to the caller
   * until it is queued. Its stack is empty and has room for `references`. Throws a RangeError if
   * there is no room for a stack or a record.
   */
  create(task: number, references: number): GoroutineId {
    const { meta } = this.memory
    const size = Math.max(Stacks.sizeFor(references), 1 << STACK_MIN_LOG2)
    const stack = this.heap.stacks.allocate(size)
    if (stack === 0)
      throw new RangeError('out of memory: no room for the stack of another goroutine')
    const id = this.takeRecord()
    if (id === 0) {
      this.heap.stacks.free(stack, size)
      throw new RangeError(`too many goroutines: at most ${MAX_GOROUTINES - 1} may live at once`)
    }
    const record = this.memory.goroutineWord(id, 0)
    meta[record + gWords.P] = -1
    meta[record + gWords.TASK] = task
    meta[record + gWords.STACK] = stack
    meta[record + gWords.STACK_SIZE] = size
    meta[record + gWords.STACK_USED] = 0
    // A goroutine that is born in a cycle needs no scan in it. Its arguments are shaded, and what
    // it loads comes through shaded paths.
    meta[record + gWords.SCANNED_CYCLE] = meta[control.CYCLES]
    meta[record + gWords.WAIT_REASON] = gWords.WAIT_NONE
    meta[record + gWords.GIVE_WAY] = 0
    meta[record + gWords.ASSIST_CYCLE] = 0
    add(meta, control.GOROUTINES_STARTED, 1)
    add(meta, control.GOROUTINES_LIVE, 1)
    this.change(id, gWords.G_FREE, gWords.G_RUNNABLE)
    return id
  }

  /** Frees the stack and the record of a goroutine that is DEAD. */
  release(id: GoroutineId): void {
    const { meta } = this.memory
    const record = this.memory.goroutineWord(id, 0)
    add(meta, record + gWords.SEGMENTS_FREED, 1)
    this.heap.stacks.free(meta[record + gWords.STACK], meta[record + gWords.STACK_SIZE])
    // Before it is listed: from then on another P may take the record.
    this.change(id, gWords.G_DEAD, gWords.G_FREE)
    lock(meta, control.GOROUTINE_LOCK)
    try {
      meta[record + gWords.NEXT] = meta[control.GOROUTINE_FREE]
      meta[control.GOROUTINE_FREE] = id
    } finally {
      unlock(meta, control.GOROUTINE_LOCK)
    }
    sub(meta, control.GOROUTINES_LIVE, 1)
    add(meta, control.GOROUTINES_FINISHED, 1)
  }

  /** Takes a free record, or one that was never used; 0 if there is none. */
  private takeRecord(): GoroutineId {
    const { meta } = this.memory
    lock(meta, control.GOROUTINE_LOCK)
    try {
      const id = meta[control.GOROUTINE_FREE] as GoroutineId
      if (id !== 0) meta[control.GOROUTINE_FREE] = meta[this.memory.goroutineWord(id, gWords.NEXT)]
      else if (meta[control.GOROUTINE_NEXT] + 1 < MAX_GOROUTINES)
        return ++meta[control.GOROUTINE_NEXT] as GoroutineId
      return id
    } finally {
      unlock(meta, control.GOROUTINE_LOCK)
    }
  }

  /** RUNNABLE → RUNNING. Sleeps while a P scans the stack; that P wakes this one. */
  startRunning(id: GoroutineId): void {
    const { meta } = this.memory
    const statusWord = this.memory.goroutineWord(id, gWords.STATUS)
    while (!compareAndSwap(meta, statusWord, gWords.G_RUNNABLE, gWords.G_RUNNING)) {
      this.memory.faults.pass('goroutine/wait-for-scan')
      const found = load(meta, statusWord)
      if (found === (gWords.G_RUNNABLE | gWords.G_SCAN)) wait(meta, statusWord, found)
      else if (found !== gWords.G_RUNNABLE)
        throw new InternalError(`goroutine ${id} is to run with status ${found}`)
    }
  }

  /** RUNNING → `status`. False, and no change, if this P must scan the goroutine's stack first. */
  tryStopRunning(id: GoroutineId, status: number): boolean {
    const { meta } = this.memory
    const word = this.memory.goroutineWord(id, gWords.STATUS)
    if (compareAndSwap(meta, word, gWords.G_RUNNING, status)) return true
    const found = load(meta, word)
    // While a goroutine runs, other Ps can only add this bit.
    if (found !== (gWords.G_RUNNING | gWords.G_SCAN_WANTED))
      throw new InternalError(`goroutine ${id} is to stop running with status ${found}`)
    return false
  }

  /**
   * WAITING → RUNNING, for a goroutine that found on a second look that it need not wait. It is in
   * no queue, so no other P makes it ready.
   */
  resumeRunning(id: GoroutineId): void {
    this.makeRunnable(id)
    this.startRunning(id)
  }

  /** WAITING → RUNNABLE, even while its stack is scanned. By the P that won its ticket. */
  makeRunnable(id: GoroutineId): void {
    const { meta } = this.memory
    const statusWord = this.memory.goroutineWord(id, gWords.STATUS)
    for (;;) {
      const found = load(meta, statusWord)
      if ((found & ~gWords.G_SCAN) !== gWords.G_WAITING)
        throw new InternalError(`goroutine ${id} is made ready with status ${found}`)
      if (compareAndSwap(meta, statusWord, found, (found & gWords.G_SCAN) | gWords.G_RUNNABLE))
        return
    }
  }

  /** Wins the right to wake a goroutine that parked with `ticket`. Of all that try, one wins. */
  winTicket(id: GoroutineId, ticket: number): boolean {
    return compareAndSwap(
      this.memory.meta,
      this.memory.goroutineWord(id, gWords.TICKET),
      ticket,
      (ticket + 1) | 0,
    )
  }

  private change(id: GoroutineId, from: number, to: number): void {
    const statusWord = this.memory.goroutineWord(id, gWords.STATUS)
    if (!compareAndSwap(this.memory.meta, statusWord, from, to))
      throw new InternalError(
        `goroutine ${id} has status ${load(this.memory.meta, statusWord)}, not ${from}`,
      )
  }
}
