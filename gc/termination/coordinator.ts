/**
 * Termination by a coordinator: Go's gcMarkDone since 1.12 (mgc.go, docs/go-collector.md §2). It
 * has what golang/go#52433 is about: the slices of 100 µs in the ragged barrier (longer ones after
 * ten), the retry, and the worker that goes back to the pool after a failed attempt.
 *
 *   one P at a time
 *   top: if a P drains, or a stack is wanted, or there is shared work: give up                R1
 *        ragged barrier: every P flushes its barrier buffer and publishes its grey objects
 *        if anything was published since R1: top                                              R2
 *        stop the world. If flushing the barrier buffers once more finds grey objects:
 *        restart, top (golang/go#27993)                                                       R3
 *        the mark is over
 *
 * In Go, R1 and R2 also prove that no P's queue holds a grey object. Here every P publishes before
 * it stops, so R1 and R2 only save stops that would be in vain, and R3 decides.
 *
 * Proof that the mark never ends early.
 *
 * 1. Every P publishes before it stops. So in the stop each thing that is grey is in one of these:
 *    a shared list, a flagged span, a barrier buffer, a root job that is not taken, a wanted stack.
 * 2. The stop empties all barrier buffers into the shared list, then asks for the others
 *    (gc/cycle.ts). Nothing runs that could change the answer. What was seen before were hints.
 *
 * Proof that the mark ends.
 *
 * 1. White objects only become fewer, so the work comes to an end.
 * 2. The last P to leave a drain comes here (onDrained), and so does a P that serves a wanted scan
 *    (onScanServed). The later of the two sees no drainer and no wanted stack (gc/mark/drain.ts).
 * 3. A P that finds a coordinator at work leaves at once. It is not needed: the coordinator looks
 *    once more after it has let others in (TERMINATOR = 0), so it sees what that P saw.
 * 4. An attempt that fails is made again while the mark may be over. If it may not be over, there
 *    is work or a drainer. Work is taken by a worker, an assist or an idle P, and the last of these
 *    comes here again.
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
    // The P may still hold grey objects in its queue. It counts itself off all the same, and they
    // do not keep it from an attempt. Only this P sees them. If its goroutine only polled from now
    // on, nobody would ever take them. The attempt publishes them, and the ragged barrier of
    // another P's attempt asks for them.
    if (this.marking.countOff()) this.endMark()
  }

  /** @safepoint */
  onScanServed(): void {
    this.endMark()
  }

  /** In Go, allocators look after their debt only. */
  onRefill(): boolean {
    return false
  }

  onGateIdle(): void {}

  /** Attempts to end the mark for as long as it may be over, unless another P is doing so. */
  protected endMark(): void {
    const { marking } = this
    const { memory, listener } = this.here
    const { meta } = memory
    // Asked before the role is taken, so that a P that sees work does not keep others from it.
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
    // R1. It is asked after the epoch was read, so that a stop in between makes the raise below
    // fail.
    if (!marking.isQuiescent) return
    listener.at('mark-termination/before-barrier')
    marking.flush()
    marking.publish()
    world.raggedBarrier()
    listener.at('mark-termination/after-barrier')
    // Compared with the count before R1, so that this P's own publication counts too.
    if (load(meta, control.PUBLICATIONS) !== published) {
      listener.at('mark-termination/published') // R2
      return
    }
    listener.at('mark-termination/before-stop')
    if (!world.raise(epoch, STOP_TERMINATION)) return
    // R3: the cycle still marks after the stop. The caller asks again.
    if (meta[control.BLACKEN_ENABLED] !== 0 && meta[control.CYCLES] === cycle)
      listener.at('mark-termination/restarted')
  }
}
