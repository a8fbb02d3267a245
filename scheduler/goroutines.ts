/**
 * Goroutine records: making them, ending them, and their status.
 *
 *            place                run                    park
 *   FREE ──► RUNNABLE ──────────► RUNNING ─────────────► WAITING
 *     ▲         ▲   ▲  ◄────────── │  │   give way          │
 *     │         │   └──────────────┘  │ return              │ ready (whoever won its ticket)
 *     └─ DEAD ◄─│─────────────────────┘                     │
 *               └───────────────────────────────────────────┘
 *
 * Bits beside it: SCAN, while a P scans the stack of one that does not run; SCAN_WANTED, on a
 * running one whose P must scan it (gc/mark/roots.ts). Every change is a compare-and-swap, so that
 * neither bit is ever overwritten.
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
   * A record for a new goroutine of a task, owned by the caller, its stack empty with room for
   * `references`. Throws a RangeError if there is none.
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
    // Born in this cycle, it needs no scan: its arguments are shaded, and all else it loads through
    // shaded paths.
    meta[record + gWords.SCANNED_CYCLE] = meta[control.CYCLES]
    meta[record + gWords.WAIT_REASON] = gWords.WAIT_NONE
    meta[record + gWords.GIVE_WAY] = 0
    meta[record + gWords.ASSIST_CYCLE] = 0
    add(meta, control.GOROUTINES_STARTED, 1)
    add(meta, control.GOROUTINES_LIVE, 1)
    this.change(id, gWords.G_FREE, gWords.G_RUNNABLE)
    return id
  }

  /** The goroutine has ended and is DEAD: frees its stack and its record. */
  release(id: GoroutineId): void {
    const { meta } = this.memory
    const record = this.memory.goroutineWord(id, 0)
    this.heap.stacks.free(meta[record + gWords.STACK], meta[record + gWords.STACK_SIZE])
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

  /** RUNNABLE → RUNNING, once nobody scans its stack any more. */
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

  /**
   * RUNNING → `status`. False if its stack is to be scanned first, by this P: then nothing has
   * changed.
   */
  tryStopRunning(id: GoroutineId, status: number): boolean {
    const { meta } = this.memory
    const word = this.memory.goroutineWord(id, gWords.STATUS)
    if (compareAndSwap(meta, word, gWords.G_RUNNING, status)) return true
    const found = load(meta, word)
    // Others only ever add that bit to a goroutine that runs.
    if (found !== (gWords.G_RUNNING | gWords.G_SCAN_WANTED))
      throw new InternalError(`goroutine ${id} is to stop running with status ${found}`)
    return false
  }

  /**
   * WAITING → RUNNING, for one that found on a second look that it need not wait, and is in no
   * queue.
   */
  resumeRunning(id: GoroutineId): void {
    this.makeRunnable(id)
    this.startRunning(id)
  }

  /**
   * WAITING → RUNNABLE, whether or not its stack is being scanned. By the P that won its ticket.
   */
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

  /** Wins the right to wake a goroutine that parked with `ticket`: one of all that try does. */
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
