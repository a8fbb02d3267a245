/**
 * The coordinator, and the first idea of golang/go#52433: once an attempt to end the mark has begun, goroutines that allocate look after the mark at each
 * refill, whatever credit they have. What Go's failed attempt leaves to a worker that has gone back to its pool is done here by whoever allocates:
 *
 *   at a refill, after the first attempt of the cycle:
 *     the mark may be over       try to end it, as its coordinator
 *     there is work              assist with 64 KiB of it; whoever leaves the drain last and sees no more ends the mark
 *
 * It does not replace a coordinator that has vanished in the middle of an attempt: that one still has the role. The proof is the coordinator's.
 */
import { load } from '#sync'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import * as control from '../../memory/words/control.ts'
import { Coordinator } from './coordinator.ts'

export class AssistTakesOver extends Coordinator {
  override atRefill(): void {
    const { memory, drain, assists } = this.collector
    if (load(memory.words, control.TERMINATION_ATTEMPTS) === 0) return
    if (drain.isQuiescent) {
      probeStackDeep()
      this.markMayBeOver()
    } else if (drain.isWorkAvailable) assists.assistAhead()
  }
}
