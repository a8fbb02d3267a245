/**
 * Termination by a coordinator: Go's gcMarkDone since 1.12 (mgc.go, docs/go-collector.md §2). It
 * has what golang/go#52433 is about: its slices of 100 µs (longer ones after ten), its retry, and
 * the worker that goes back to the pool after a failed attempt.
 *
 *   one at a time
 *   top: if somebody drains or there is shared work: give up                                  R1
 *        ragged barrier: every P flushes its barrier buffer and publishes its grey objects
 *        if anything was published meanwhile: top                                             R2
 *        stop the world; if flushing the barrier buffers once more finds grey objects:
 *        restart, top (golang/go#27993)                                                       R3
 *        the mark is over
 *
 * Proof that the mark never ends early.
 * 1. In the stop every grey object is in a shared list, or flagged, or will be after the flush of
 *    all barrier buffers.
 * 2. The stop asks again, after that flush, and exactly (gc/cycle.ts). What was seen before were
 *    hints.
 * Proof that the mark ends.
 * 1. White objects only become fewer.
 * 2. The P that leaves a drain last and sees no work comes here.
 * 3. A coordinator that gave up looks again after it has let others in. So a P that came meanwhile
 *    and went away is not needed.
 *
 * Different from Go: a P that finds a coordinator at work leaves, instead of waiting for its
 * semaphore; and the last P to stop does the work of the stop.
 */
import { add, compareAndSwap, load, store } from '#sync'
import * as control from '../../memory/words/control.ts'
import type { Here } from '../here.ts'
import { STOP_TERMINATION } from '../world.ts'
import type { Marking, Termination } from './policy.ts'

export class Coordinator implements Termination {
  readonly remainderBytes = 0
  protected readonly here: Here
  protected readonly marking: Marking

  constructor(here: Here, marking: Marking) {
    this.here = here
    this.marking = marking
  }

  /** @safepoint */
  onDrained(): void {
    // What this P still holds does not count: nobody else sees it, and if its goroutine only polls
    // from now on, nobody ever would. An attempt publishes it.
    if (this.marking.countOff()) this.endMark()
  }

  /** @safepoint */
  onScanServed(): void {
    this.endMark()
  }

  /** Go's allocators look after their debt only. */
  onRefill(): boolean {
    return false
  }

  onGateIdle(): void {}

  /** Attempts to end the mark for as long as it may be over, unless another P does. */
  protected endMark(): void {
    const { marking } = this
    const { memory, listener } = this.here
    const { meta } = memory
    if (!marking.isQuiescent) return
    do {
      if (!compareAndSwap(meta, control.TERMINATOR, 0, 1)) return
      listener.at('mark-termination/enter')
      while (marking.isQuiescent) this.attempt()
      store(meta, control.TERMINATOR, 0)
      listener.at('mark-termination/leave')
    } while (marking.isQuiescent)
  }

  private attempt(): void {
    const { marking } = this
    const { memory, world, listener } = this.here
    const { meta } = memory
    add(meta, control.TERMINATION_ATTEMPTS, 1)
    const epoch = world.epoch()
    const published = load(meta, control.PUBLICATIONS)
    const cycle = meta[control.CYCLES]
    // R1, asked again after the epoch was read: a stop in between makes the raise below fail.
    if (!marking.isQuiescent) return
    listener.at('mark-termination/before-barrier')
    marking.flush()
    marking.publish()
    world.raggedBarrier()
    listener.at('mark-termination/after-barrier')
    if (load(meta, control.PUBLICATIONS) !== published) {
      listener.at('mark-termination/published') // R2
      return
    }
    listener.at('mark-termination/before-stop')
    if (!world.raise(epoch, STOP_TERMINATION)) return
    // R3: still marking after the stop; the caller asks again.
    if (meta[control.BLACKEN_ENABLED] !== 0 && meta[control.CYCLES] === cycle)
      listener.at('mark-termination/restarted')
  }
}
