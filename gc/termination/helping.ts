/**
 * Helping: nobody's absence between "no work is left" and "the world is stopped" lets an allocator pass. The second idea of golang/go#52433, and ours.
 *
 *   leave     who leaves a drain publishes its grey objects, stands aside, counts itself off, and looks
 *   look      the last to leave, the last to serve a wanted scan, and whoever allocates, at each refill or at the gate:
 *             no P that runs drains, no shared work, no stack wanted: raise the stop. One swap, by any of them
 *   stop      barrier buffers are flushed, wanted stacks scanned, and what that finds is marked, up to 64 KiB; is there more, the mark restarts (R3)
 *
 * No ragged barrier, no sleep, no role that a P could hold while it is off the CPU. Who stands aside counts as stopped (scheduler/stop.ts), and as no drainer, since it
 * has published: from before it is counted off until after it has raised. So a P that vanishes in here is not waited for, and another raises in its place.
 *
 * Proof. The look has no false negative: a grey object is in a queue of a P that drains and runs, which counts; or in a shared list or a flagged span, since it was
 * published before that P stood aside, or stopped; or in what only a stop sees: a barrier's buffer, what one flushed outside of a drain, a stack that is wanted. Of these
 * no P makes more work than it has itself, and the stop asks for them all. So once work is exhausted every look finds it, whoever looks.
 * The stop asks the exact question, so the mark never ends early. It ends at last: white objects only become fewer, and each restart has marked some.
 * A wanted stack is that of a P that runs, for which a stop would wait as well: so the look waits for the scan, which is sooner there than the stop. But not at the
 * gate, or once the live heap has reached its goal: then the stop is raised, and the stack scanned in it.
 * Bound, without a gate: from the moment when work is exhausted each P takes memory once, if no stack is wanted.
 */
import { add, load } from '#sync'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import type { Collector } from '../collector.ts'
import { STOP_TERMINATION } from '../world.ts'
import type { Termination } from './policy.ts'

export class Helping implements Termination {
  readonly remainderBytes = 64 * 1024
  private readonly collector: Collector
  /** What this P looks for: whether it leaves a drain, and whether a wanted stack is scanned in the stop. */
  private leaves = false
  private isFull = false

  constructor(collector: Collector) {
    this.collector = collector
    this.look = this.look.bind(this)
  }

  leave(): void {
    this.collector.drain.publish()
    this.attempt(true, false)
    this.markMayBeOver()
  }

  markMayBeOver(): void {
    while (this.mayBeOver) this.attempt(false, false)
  }

  atRefill(isAtGate: boolean): void {
    const { memory, drain, overrun } = this.collector
    const { words } = memory
    if (!drain.isExhausted) return
    const isFull = isAtGate || load(words, control.HEAP_LIVE) >= words[control.GOAL]
    if (!isFull && !this.mayBeOver) return
    if (!isAtGate) probeStackDeep()
    // Who is no drainer may hold what its barrier found.
    if (drain.publish()) return
    this.attempt(false, isFull)
    overrun.leave()
  }

  private get mayBeOver(): boolean {
    const { memory, drain } = this.collector
    return drain.isExhausted && load(memory.words, control.SCANS_WANTED) === 0
  }

  /** Stops, looks, and raises the stop if the mark may be over. From before the look on this P is not waited for. */
  private attempt(leaves: boolean, isFull: boolean): void {
    const { memory, world, overrun } = this.collector
    const { words } = memory
    const cycle = words[control.CYCLES]
    this.leaves = leaves
    this.isFull = isFull
    if (!world.raiseIf(this.look, STOP_TERMINATION)) return
    if (words[control.BLACKEN_ENABLED] !== 0 && words[control.CYCLES] === cycle)
      overrun.at('mark-termination/restarted')
  }

  private look(): boolean {
    const { memory, drain, overrun } = this.collector
    if (this.leaves) drain.countOff()
    if (!(this.isFull ? drain.isExhausted : this.mayBeOver)) return false
    add(memory.words, control.TERMINATION_ATTEMPTS, 1)
    overrun.at('mark-termination/before-stop')
    return true
  }
}
