/**
 * Helping: nobody's absence between "no work is left" and "the world is stopped" lets an allocator
 * pass. The second idea of golang/go#52433, and ours.
 *
 *   leave   a P that leaves a drain publishes its grey objects, stands aside, counts itself off,
 *           and looks
 *   look    by the last P to leave, the last P to serve a wanted scan, and each P that allocates,
 *           at a refill or at the gate: no P that runs drains, no shared work is left, no stack is
 *           wanted. Then it raises the stop, by one swap
 *   stop    barrier buffers are flushed and wanted stacks scanned; what that finds is marked, up to
 *           64 KiB. If there is more, the mark restarts (R3)
 *
 * There is no ragged barrier, no sleep, and no role that a P could hold while it is off the CPU. A
 * P that stands aside counts as stopped (scheduler/stop.ts), from before it is counted off until
 * after it has raised; and it counts as no drainer, since it has published. If the system takes it
 * off the CPU in there, no stop waits for it, and another P raises in its place.
 *
 * Proof that a look finds exhausted work. Each grey object is in one of these places:
 * 1. The queue of a P that drains and runs. That P counts as a drainer, so work is not exhausted.
 * 2. A shared list or a flagged span: every look sees it. A P that stood aside or stopped published
 *    first.
 * 3. What only a stop sees: a barrier's buffer, what a P flushed outside of a drain, a wanted
 *    stack. None of these can create work on another P, and the stop inspects all three.
 * So once work is exhausted, every look finds it, by whichever P.
 *
 * Proof that the mark never ends early: the stop asks the exact question (gc/cycle.ts).
 * Proof that it ends: white objects only become fewer, and each restart has marked some.
 *
 * A wanted stack belongs to a P that runs, and a stop would have to wait for that P too. So the
 * look waits for the scan, which comes sooner than the stop. At the gate, and once the live heap
 * has reached its goal, the look does not wait: the stop is raised, and scans the stack.
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
  /** The looks of this P: made once, since an attempt is no place to allocate. */
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
    this.attempt(this.countOffAndLook)
    this.onScanServed()
  }

  /** @safepoint */
  onScanServed(): void {
    while (this.isOver) this.attempt(this.look)
  }

  /** @safepoint */
  onRefill(): boolean {
    const { meta } = this.here.memory
    if (!this.marking.isOutOfWork) return false
    const isGoalReached = load(meta, control.HEAP_LIVE) >= meta[control.GOAL]
    if (!isGoalReached && !this.isOver) return false
    probeStackDeep()
    this.help(isGoalReached ? this.lookBesideScans : this.look)
    return false
  }

  /** @safepoint */
  onGateIdle(): void {
    if (this.marking.isOutOfWork) this.help(this.lookBesideScans)
  }

  /** By a P that is in no drain: it may hold what its barrier found. */
  private help(look: () => boolean): void {
    if (this.marking.publish()) return
    this.attempt(look)
    this.here.listener.left()
  }

  private get isOver(): boolean {
    return this.marking.isOutOfWork && load(this.here.memory.meta, control.SCANS_WANTED) === 0
  }

  /**
   * Stands aside, looks, and raises the stop if the look says so. No stop waits for this P from
   * before the look on.
   */
  private attempt(look: () => boolean): void {
    const { memory, world, listener } = this.here
    const { meta } = memory
    const cycle = meta[control.CYCLES]
    if (!world.raiseIf(look, STOP_TERMINATION)) return
    if (meta[control.BLACKEN_ENABLED] !== 0 && meta[control.CYCLES] === cycle)
      listener.at('mark-termination/restarted')
  }

  /** The mark may be over, and this P is about to say so. True. */
  private announce(): boolean {
    add(this.here.memory.meta, control.TERMINATION_ATTEMPTS, 1)
    this.here.listener.at('mark-termination/before-stop')
    return true
  }
}
