/**
 * Helping: no P's absence between "no work is left" and "the world is stopped" lets an allocator
 * pass. This is the second idea of golang/go#52433, worked out here.
 *
 *   leave   a P that leaves a drain publishes its grey objects, stands aside, counts itself off,
 *           and looks
 *   look    no P that runs drains, no shared work is left, no stack is wanted: the mark may be
 *           over. Then the P that looks raises the stop, by one compare-and-swap
 *   stop    barrier buffers are flushed and wanted stacks scanned. What that finds is marked in the
 *           stop, up to 64 KiB. If there is more, the mark restarts (R3)
 *
 * There is no ragged barrier, no sleep, and no role that a P could hold while it is off the CPU. A
 * P that leaves a drain publishes, then counts as stopped, then counts itself off and looks. From
 * then until it has raised the stop, no stop waits for it (scheduler/stop.ts). It hides no work,
 * and it is no drainer that runs. If the system takes it off the CPU there, another P raises in its
 * place.
 *
 * Who ends the mark, and why some P always does. *Exhausted* means that no P that runs drains, no
 * shared work is left and no stack is wanted.
 *
 * 1. Whatever is grey is in one of three places. (a) In the queue of a P that drains and runs:
 *    then work is not exhausted. (b) In a shared list or a flagged span, or it is a root job that
 *    is not taken, or a wanted stack: every look sees it. (c) Where only a stop looks: in a barrier
 *    buffer, or in the queue of a P that runs outside of a drain, which its barrier has filled.
 * 2. While work is not exhausted, the mark goes on: a drainer, a worker that is due, an idle worker
 *    or an assist takes the work, and the P of a wanted stack scans it at its next safepoint.
 * 3. So work becomes exhausted by a P that leaves a drain, or by a P that serves the last wanted
 *    scan. That P looks afterwards (onDrained, onScanServed). (A drainer that stops for a stop goes
 *    on afterwards, and leaves later.) If several leave at the same time, each counts as stopped
 *    before it looks, and the last one to do so sees none that runs and drains.
 * 4. A look that finds work exhausted raises the stop. If the raise fails, another stop was raised
 *    in the same epoch. Then the P looks again after the restart, until the mark is over or there
 *    is work.
 * 5. If that P is off the CPU between 3 and 4, work stays exhausted, and each P that allocates
 *    looks too: at a refill (onRefill) and at the gate (onGateIdle). So the first P that could add
 *    to the overrun raises the stop.
 * 6. If no P allocates, nobody passes the goal, and the P of 3 raises the stop when it has a CPU
 *    again.
 *
 * A P that is off the CPU while it runs, in a drain or in its goroutine, holds up every stop. No
 * policy can change that.
 *
 * Proof that the mark never ends early: in the stop every P has published, so (a) is empty, and the
 * stop asks for all of (b) and (c) (gc/cycle.ts). Proof that the mark ends: white objects only
 * become fewer, and the stop marks about 64 KiB before each restart.
 *
 * A wanted stack belongs to a P that runs, and a stop would have to wait for that P too. So a look
 * waits for the scan, which comes sooner than the stop. At the gate, and once the live heap has
 * reached its goal, the look does not wait: the stop is raised, and scans the stack.
 *
 * Bound, without a gate: from the moment when work is exhausted each P takes memory once, if no
 * stack is wanted.
 */
import { add, load } from '#sync'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import type { Here } from '../here.ts'
import { STOP_TERMINATION } from '../world.ts'
import type { Marking, Termination } from './policy.ts'

export class Helping implements Termination {
  readonly remainderBytes = 64 * 1024
  private readonly here: Here
  private readonly marking: Marking
  /**
   * The looks of this P. They are made once, since an attempt must not allocate: V8 might collect
   * there.
   */
  private readonly look: () => boolean
  private readonly countOffAndLook: () => boolean
  private readonly lookBesideScans: () => boolean

  constructor(here: Here, marking: Marking) {
    this.here = here
    this.marking = marking
    this.look = () => this.isOver && this.announce()
    this.countOffAndLook = () => {
      marking.countOff()
      return this.look()
    }
    this.lookBesideScans = () => marking.isOutOfWork && this.announce()
  }

  /** @safepoint */
  onDrained(): void {
    this.marking.publish()
    // Published before it stands aside: what a stopped P holds must be in sight.
    this.attempt(this.countOffAndLook)
    this.onScanServed()
  }

  /** @safepoint */
  onScanServed(): void {
    // Again as long as it may be over: the raise may have failed because of a stop for another
    // reason.
    while (this.isOver) this.attempt(this.look)
  }

  /** @safepoint */
  onRefill(): boolean {
    const { meta } = this.here.memory
    // The cheap question first: at nearly every refill there is work.
    if (!this.marking.isOutOfWork) return false
    // Past the goal each further byte is overrun, so the look no longer waits for wanted stacks.
    const isGoalReached = load(meta, control.HEAP_LIVE) >= meta[control.GOAL]
    if (!isGoalReached && !this.isOver) return false
    probeStackDeep()
    this.help(isGoalReached ? this.lookBesideScans : this.look)
    return false
  }

  /** @safepoint */
  onGateIdle(): void {
    // A P at the gate cannot go on before the mark is over, so waiting for a scan would gain
    // nothing.
    if (this.marking.isOutOfWork) this.help(this.lookBesideScans)
  }

  /**
   * A look by a P that is in no drain. It may hold what its barrier found: then there is work, and
   * no look is needed.
   */
  private help(look: () => boolean): void {
    if (this.marking.publish()) return
    this.attempt(look)
    this.here.listener.left()
  }

  private get isOver(): boolean {
    return this.marking.isOutOfWork && load(this.here.memory.meta, control.SCANS_WANTED) === 0
  }

  /**
   * Stands aside, looks, and raises the stop if the look says so. From before the look until the
   * restart no stop waits for this P.
   */
  private attempt(look: () => boolean): void {
    const { memory, world, listener } = this.here
    const { meta } = memory
    const cycle = meta[control.CYCLES]
    if (!world.raiseIf(look, STOP_TERMINATION)) return
    if (meta[control.BLACKEN_ENABLED] !== 0 && meta[control.CYCLES] === cycle)
      listener.at('mark-termination/restarted')
  }

  /**
   * The mark may be over, and this P is about to raise the stop. Returns true, as the end of a
   * look.
   */
  private announce(): boolean {
    add(this.here.memory.meta, control.TERMINATION_ATTEMPTS, 1)
    this.here.listener.at('mark-termination/before-stop')
    return true
  }
}
