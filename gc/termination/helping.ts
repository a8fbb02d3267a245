/**
 * Helping: once work is exhausted, no P that is off the CPU on its way to the stop lets others
 * allocate meanwhile. This is the second idea of golang/go#52433, worked out here.
 *
 *   leave   a P that leaves a drain publishes its grey objects, stands aside, counts itself off,
 *           and looks
 *   look    is work exhausted? Then the P that looks raises the stop, by one compare-and-swap
 *   stop    barrier buffers are flushed and wanted stacks scanned. What that finds is marked in the
 *           stop, up to about 64 KiB. If there is more, the mark restarts (R3)
 *
 * Work is *exhausted* when every P that drains has stopped or stands aside, no shared work is left,
 * and no stack is wanted. There is no ragged barrier, no sleep, and no role that a P could hold
 * while it is off the CPU. A P that has stood aside hides no work, since it has published, and no
 * stop waits for it (scheduler/stop.ts). If the system takes it off the CPU before it has raised
 * the stop, another P raises in its place.
 *
 * Who ends the mark, and why some P always does.
 *
 * 1. Whatever is grey is in one of three places. (a) With a P that drains and runs: in its queue,
 *    or in a root job or a flagged span that it has taken. (b) In sight: in the shared list, in a
 *    flagged span, in a root job that is not taken, or in a wanted stack. In both cases work is not
 *    exhausted. (c) Where only a stop looks: in a barrier buffer, or in the queue of a P that runs
 *    outside of a drain, which its barrier has filled.
 * 2. Work in sight is taken: by a worker that is due or idle, by an assist, or by a P at the gate.
 *    A P that publishes wakes one that sleeps (gc/mark/drain.ts). The P of a wanted stack is woken
 *    too, and scans it at its next safepoint.
 * 3. So work becomes exhausted by a P that leaves a drain, or by a P that serves the last wanted
 *    scan. That P looks afterwards (onDrained, onScanServed). (A drainer that stops for a stop goes
 *    on afterwards, and leaves later.) If several leave at the same time, each stands aside before
 *    it looks, and the last one to do so finds no other that still drains.
 * 4. A look that finds work exhausted raises the stop. In onDrained and onScanServed, if another
 *    stop came first, the P looks again after the restart, until the mark is over or there is work.
 * 5. If the P of 3 is off the CPU after it has stood aside, each P that allocates looks too, once:
 *    at a refill after it has taken its memory (onRefill), at the gate before (onGateIdle). Before
 *    it looks it publishes what its barrier has queued. If that is anything, there is work, and 2
 *    holds again. If not, the P raises the stop.
 * 6. If no P allocates, nobody passes the goal, and the P of 3 raises the stop when it has a CPU
 *    again.
 *
 * A look reads who drains, then the shared work, then SCANS_WANTED. Work that moves from a later
 * one of these to an earlier one meanwhile is not seen: what a scan found, when it is counted as
 * served. So its answer is a hint. A wrong yes costs a stop in vain.
 *
 * Proof that the mark never ends early: in the stop every P has published, so (a) is empty, and the
 * stop asks for all of (b) and (c) (gc/cycle.ts). Proof that the mark ends: white objects only
 * become fewer, and the stop marks about 64 KiB before each restart.
 *
 * A look below the goal waits for wanted stacks: they are usually scanned sooner than a stop could
 * come. At the gate, and once the live heap has reached its goal, it does not wait: the stop is
 * raised, and scans the stack.
 *
 * Bound, without a gate: from the moment when work is exhausted each P takes memory once. It may
 * take more only if its barrier holds grey objects, if a stop for another reason comes before its
 * raise, or below the goal if a stack is wanted.
 *
 * What no policy can help against: a P that is off the CPU while it counts as one that runs. It
 * holds up every stop. If it still drains, be it only for the last steps before it stands aside,
 * the looks of the others say no meanwhile, and only the gate keeps them from allocating.
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
