/**
 * Termination by a coordinator: Go's gcMarkDone since 1.12 (go-gc §2), with what golang/go#52433 is about: its slices of 100 µs (longer ones after ten), its
 * retry, and the worker that goes back to the pool after a failed attempt.
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
import * as control from '../../heap/layout/control.ts'
import type { Memory } from '../../heap/memory.ts'
import type { Overrun } from '../../measure/overrun.ts'
import type { WriteBarrier } from '../barrier.ts'
import type { Drain } from '../drain.ts'
import type { GreyQueue } from '../grey-queue.ts'
import { STOP_TERMINATION, type World } from '../world.ts'
import type { Termination, TerminationName } from './policy.ts'

export class Coordinator implements Termination {
  readonly name: TerminationName = 'coordinator'
  readonly remainderBytes = 0
  protected readonly memory: Memory
  protected readonly drain: Drain
  private readonly barrier: WriteBarrier
  private readonly queue: GreyQueue
  private readonly world: World
  private readonly overrun: Overrun

  constructor(memory: Memory, drain: Drain, barrier: WriteBarrier, queue: GreyQueue, world: World, overrun: Overrun) {
    this.memory = memory
    this.drain = drain
    this.barrier = barrier
    this.queue = queue
    this.world = world
    this.overrun = overrun
  }

  leave(countOff: () => boolean): void {
    // What this P still holds does not count: nobody else sees it, and if its goroutine only polls from now on, nobody ever would. An attempt
    // publishes it.
    if (countOff() && this.drain.isQuiescent) this.markMayBeOver()
  }

  markMayBeOver(): void {
    const { words } = this.memory
    do {
      if (!compareAndSwap(words, control.TERMINATOR, 0, 1)) return
      this.overrun.at('mark-termination/enter')
      while (this.drain.isQuiescent) this.attempt()
      store(words, control.TERMINATOR, 0)
      this.overrun.at('mark-termination/leave')
    } while (this.drain.isQuiescent)
  }

  /** Go's allocators look after their debt alone. */
  atRefill(): void {}

  private attempt(): void {
    const { words } = this.memory
    add(words, control.TERMINATION_ATTEMPTS, 1)
    const epoch = this.world.epoch()
    const published = load(words, control.PUBLICATIONS)
    const cycle = words[control.CYCLES]
    // R1, asked again after the epoch was read: a stop in between makes the raise below fail.
    if (!this.drain.isQuiescent) return
    this.overrun.at('mark-termination/before-barrier')
    this.barrier.flush()
    if (this.queue.publish()) this.world.wakeForWork()
    this.world.raggedBarrier()
    this.overrun.at('mark-termination/after-barrier')
    if (load(words, control.PUBLICATIONS) !== published) {
      this.overrun.at('mark-termination/published') // R2
      return
    }
    this.overrun.at('mark-termination/before-stop')
    if (!this.world.raise(epoch, STOP_TERMINATION)) return
    // R3: still marking after the stop; the caller asks again.
    if (words[control.BLACKEN_ENABLED] !== 0 && words[control.CYCLES] === cycle)
      this.overrun.at('mark-termination/restarted')
  }
}
