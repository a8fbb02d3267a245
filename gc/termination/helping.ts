/**
 * Helping: nobody's absence between "no work is left" and "the world is stopped" lets an allocator pass. The second idea of golang/go#52433, and ours.
 *
 *   leave     who leaves a drain publishes its grey objects, stands aside, counts itself off, and looks
 *   look      the last to leave, the last to serve a wanted scan, and whoever allocates, at each refill or at the gate:
 *             nobody drains, no shared work, no stack wanted: raise the stop. One swap, by any of them
 *   stop      barrier buffers are flushed, wanted stacks scanned, and what that finds is marked, up to 64 KiB; is there more, the mark restarts (R3)
 *
 * No ragged barrier, no sleep, no role that a P could hold while it is off the CPU. Who stands aside counts as stopped (scheduler/stop.ts): from before it is
 * counted off until after it has raised. So a P that vanishes in here is not waited for, and another raises in its place.
 *
 * Proof. The look has no false negative: a grey object is in a queue of a P that drains, which is counted; or in a shared list or a flagged span, since it was
 * published before that P counted itself off; or in what only a stop sees: a barrier's buffer, what one flushed outside of a drain, a stack that is wanted. Of these
 * no P makes more work than it has itself, and the stop asks for them all. So once work is exhausted every look finds it, whoever looks.
 * The stop asks the exact question, so the mark never ends early. It ends at last: white objects only become fewer, and each restart has marked some.
 * A wanted stack is that of a P that runs, for which a stop would wait as well: so the look waits for the scan, which is sooner there than the stop. But not once the
 * live heap has reached its goal: then the world is stopped, and scans it itself, since until then nobody takes more.
 * Bound, without a gate: from the moment when work is exhausted each P takes memory once, if no stack is wanted.
 */
import { add, load } from '#sync'
import * as control from '../../heap/layout/control.ts'
import type { Memory } from '../../heap/memory.ts'
import type { Overrun } from '../../measure/overrun.ts'
import type { Drain } from '../drain.ts'
import { STOP_TERMINATION, type World } from '../world.ts'
import type { Termination, TerminationName } from './policy.ts'

export class Helping implements Termination {
  readonly name: TerminationName = 'helping'
  readonly remainderBytes = 64 * 1024
  private readonly memory: Memory
  private readonly drain: Drain
  private readonly world: World
  private readonly overrun: Overrun

  constructor(memory: Memory, drain: Drain, world: World, overrun: Overrun) {
    this.memory = memory
    this.drain = drain
    this.world = world
    this.overrun = overrun
  }

  leave(countOff: () => boolean): void {
    this.drain.publish()
    this.attempt(() => countOff() && this.drain.isQuiescent)
    this.markMayBeOver()
  }

  markMayBeOver(): void {
    while (this.drain.isQuiescent) this.attempt(() => this.drain.isQuiescent)
  }

  atRefill(isAtGate: boolean): void {
    const { words } = this.memory
    if (!this.drain.isExhausted) return
    const isFull = isAtGate || load(words, control.HEAP_LIVE) >= words[control.GOAL]
    if (!isFull && load(words, control.SCANS_WANTED) > 0) return
    // Who is no drainer may hold what its barrier found.
    if (this.drain.publish()) return
    this.attempt(() => (isFull ? this.drain.isExhausted : this.drain.isQuiescent))
    this.overrun.leave()
  }

  /** Stops, looks, and raises the stop if the mark may be over. From the look on this P is not waited for. */
  private attempt(mayBeOver: () => boolean): void {
    const { words } = this.memory
    const cycle = words[control.CYCLES]
    const isDue = (): boolean => {
      if (!mayBeOver()) return false
      add(words, control.TERMINATION_ATTEMPTS, 1)
      this.overrun.at('mark-termination/before-stop')
      return true
    }
    if (!this.world.raiseIf(isDue, STOP_TERMINATION)) return
    if (words[control.BLACKEN_ENABLED] !== 0 && words[control.CYCLES] === cycle)
      this.overrun.at('mark-termination/restarted')
  }
}
