/**
 * The end of a run. RUN_STATE says how it ended. One P decides it.
 *
 *   1  the P that ends the run moves RUN_STATE from RUN_ACTIVE by CAS. Of several Ps, one succeeds
 *   2  it sets POLL_END in every poll word, moves RESTARTS, and wakes the Ps that sleep
 *   3  every P throws a RunOver at its next safepoint, or as it goes on after a stop or a sleep
 *
 * An error of the runtime ends the run by step 1 before anything is thrown. So a program that
 * catches all it sees cannot keep the run alive. The host ends a run in the same way when it is
 * aborted (runtime/host/host.ts).
 */

import { add, compareAndSwap, load, notify, or } from '#sync'
import { OutOfMemoryError } from '../gc/allocator.ts'
import { InternalError } from '../memory/internal-error.ts'
import type { GoroutineId, MetaWord } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import { RunOver } from './run-over.ts'
import { Sleepers } from './sleepers.ts'
import type { Failure, Thread } from './thread.ts'

export class Ending {
  /** What ended the run, if this P did. */
  failure: Failure | null = null
  private readonly memory: Memory
  private readonly base: MetaWord
  private readonly thread: Thread

  constructor(memory: Memory, pIndex: number, thread: Thread) {
    this.memory = memory
    this.base = memory.pWord(pIndex, 0)
    this.thread = thread
  }

  /** Ends the run with an error, if nothing has ended it yet. */
  fail(error: unknown, goroutine: GoroutineId): void {
    if (!this.finish(control.RUN_FAILED)) return
    this.failure = { error, goroutine }
    this.thread.onFailure(this.failure)
  }

  /**
   * What to throw for an error that was met beneath the program (gc/world.ts). Errors that are the
   * program's own are thrown to it. Any other has ended the run, and a RunOver is thrown.
   */
  endedBy(error: unknown): unknown {
    const { meta } = this.memory
    const goroutine = meta[this.base + pWords.GOROUTINE] as GoroutineId
    if (goroutine === 0 && load(meta, control.RUN_STATE) === control.RUN_BOOTING) return error
    if (RunOver.is(error) || error instanceof OutOfMemoryError) return error
    if (error instanceof RangeError) {
      // A P that runs met it in a probe of the stack: the program's own code used the stack up.
      if (meta[this.base + pWords.STATUS] === pWords.STATUS_RUNNING) return error
      this.fail(
        new InternalError('the native stack ended in a stop: a probe is missing'),
        goroutine,
      )
      return new RunOver('')
    }
    this.fail(error, goroutine)
    return new RunOver('')
  }

  /** Ends the run in the given state. False if something else has ended it already. */
  finish(state: number): boolean {
    if (!compareAndSwap(this.memory.meta, control.RUN_STATE, control.RUN_ACTIVE, state))
      return false
    endAll(this.memory)
    return true
  }
}

/** Asks every P to end its part of the run, wherever it waits. By any thread. */
export function endAll(memory: Memory): void {
  const { meta, layout } = memory
  const sleepers = new Sleepers(memory)
  for (let index = 0; index < layout.procs; index++)
    or(meta, memory.pWord(index, pWords.POLL), pWords.POLL_END)
  add(meta, control.RESTARTS, 1)
  notify(meta, control.RESTARTS)
  sleepers.wakeAll()
}
