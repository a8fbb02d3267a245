/**
 * The coordinator, and the first idea of golang/go#52433. Once an attempt to end the mark has
 * begun, goroutines that allocate look after the mark at each refill, whatever credit they have. In
 * Go nobody does so until a worker that has gone back to its pool runs again.
 *
 *   at a refill, after the first attempt of the cycle:
 *     the mark may be over    try to end it, as its coordinator
 *     there is work           assist with 64 KiB of it. The P that leaves the drain last, and sees
 *                             no more work, ends the mark
 *
 * It does not replace a coordinator that is taken off the CPU in the middle of an attempt: that P
 * still has the role. The proof is the coordinator's.
 */
import { load } from '#sync'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import { Coordinator } from './coordinator.ts'

export class AssistTakesOver extends Coordinator {
  /** @safepoint */
  override onRefill(): boolean {
    if (load(this.here.memory.meta, control.TERMINATION_ATTEMPTS) === 0) return false
    if (!this.marking.isQuiescent) return this.marking.isWorkAvailable
    probeStackDeep()
    this.endMark()
    return false
  }

  /** @safepoint */
  override onGateIdle(): void {
    this.onRefill()
  }
}
