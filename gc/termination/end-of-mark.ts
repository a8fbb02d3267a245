/**
 * Where the mark may be over: the events that a termination policy hears, as this P sends them.
 * While the policy is at work the P is seen to be terminating (ACTIVITY), and to be out of the
 * protocol after it.
 */
import type { MetaWord } from '../../memory/kinds.ts'
import * as pWords from '../../memory/words/p.ts'
import type { Here } from '../here.ts'
import type { Termination } from './policy.ts'

export class EndOfMark {
  private readonly here: Here
  private readonly policy: Termination
  private readonly activityWord: MetaWord

  constructor(here: Here, policy: Termination) {
    this.here = here
    this.policy = policy
    this.activityWord = here.memory.pWord(here.index, pWords.ACTIVITY)
  }

  get remainderBytes(): number {
    return this.policy.remainderBytes
  }

  /** This P's drain is over. @safepoint */
  drained(): void {
    this.here.listener.at('drain/leave')
    const before = this.enter()
    this.policy.onDrained()
    this.withdraw(before)
  }

  /**
   * This P has served a wanted scan. If it was the last one, no other P is left to notice that the
   * mark is over. @safepoint
   */
  scanServed(): void {
    const before = this.enter()
    this.policy.onScanServed()
    this.withdraw(before)
  }

  /**
   * The goroutine of this P has taken memory. True if it is to assist, though it owes nothing.
   * @safepoint
   */
  refilled(): boolean {
    return this.policy.onRefill()
  }

  /** This P waits at the gate and sees no work. @safepoint */
  gateIdle(): void {
    this.policy.onGateIdle()
  }

  private enter(): number {
    const { meta } = this.here.memory
    const before = meta[this.activityWord]
    meta[this.activityWord] = pWords.ACTIVITY_TERMINATING
    return before
  }

  private withdraw(before: number): void {
    this.here.listener.left()
    this.here.memory.meta[this.activityWord] = before
  }
}
