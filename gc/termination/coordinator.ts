/**
 * Termination by a coordinator: Go's gcMarkDone since 1.12 (docs/go-collector.md §2), with what
 * golang/go#52433 is about: its slices of 100 µs (longer ones after ten), its retry, and the worker
 * that goes back to the pool after a failed attempt.
 *
 *   one at a time
 *   top: if somebody drains or there is shared work: give up                                        R1
 *        ragged barrier: every P flushes its barrier buffer and publishes its grey objects
 *        if anything was published meanwhile: top                                                   R2
 *        stop the world; if flushing the barrier buffers once more finds grey objects: restart, top R3 (golang/go#27993)
 *        the mark is over
 *
 * Proof. In the stop every grey object is in a shared list or flagged, or will be after the flush of all barrier buffers, and the question
 * is asked again there, exactly (gc/cycle.ts). So the mark never ends early, whatever the hints before said. It ends at last,
 * because white objects only become fewer, and because whoever leaves a drain last and sees no work comes here: a coordinator that gave up
 * looks again after it has let others in, so that a P which came meanwhile and went away is not needed.
 *
 * Different from Go: who finds a coordinator at work leaves instead of waiting for its semaphore; and the stop's work is done by the
 * last P to stop.
 */
import { add, compareAndSwap, load, store } from '#sync'
import * as control from '../../memory/words/control.ts'
import type { Collector } from '../collector.ts'
import { STOP_TERMINATION } from '../world.ts'
import type { Termination } from './policy.ts'

export class Coordinator implements Termination {
  readonly remainderBytes = 0
  protected readonly collector: Collector

  constructor(collector: Collector) {
    this.collector = collector
  }

  leave(): void {
    // What this P still holds does not count: nobody else sees it, and if its goroutine only polls from now on, nobody ever would. An attempt
    // publishes it.
    if (this.collector.drain.countOff()) this.markMayBeOver()
  }

  markMayBeOver(): void {
    const { memory, drain, overrun } = this.collector
    const { words } = memory
    if (!drain.isQuiescent) return
    do {
      if (!compareAndSwap(words, control.TERMINATOR, 0, 1)) return
      overrun.at('mark-termination/enter')
      while (drain.isQuiescent) this.attempt()
      store(words, control.TERMINATOR, 0)
      overrun.at('mark-termination/leave')
    } while (drain.isQuiescent)
  }

  /** Go's allocators look after their debt alone. */
  atRefill(): void {}

  private attempt(): void {
    const { memory, drain, barrier, queue, world, overrun } = this.collector
    const { words } = memory
    add(words, control.TERMINATION_ATTEMPTS, 1)
    const epoch = world.epoch()
    const published = load(words, control.PUBLICATIONS)
    const cycle = words[control.CYCLES]
    // R1, asked again after the epoch was read: a stop in between makes the raise below fail.
    if (!drain.isQuiescent) return
    overrun.at('mark-termination/before-barrier')
    barrier.flush()
    if (queue.publish()) world.wakeForWork()
    world.raggedBarrier()
    overrun.at('mark-termination/after-barrier')
    if (load(words, control.PUBLICATIONS) !== published) {
      overrun.at('mark-termination/published') // R2
      return
    }
    overrun.at('mark-termination/before-stop')
    if (!world.raise(epoch, STOP_TERMINATION)) return
    // R3: still marking after the stop; the caller asks again.
    if (words[control.BLACKEN_ENABLED] !== 0 && words[control.CYCLES] === cycle)
      overrun.at('mark-termination/restarted')
  }
}
