/**
 * Where the mark may be over: this P's events, as a termination policy hears them.
 *
 * After a drain and after a served scan the P may stay in the policy for a whole attempt. So its
 * ACTIVITY says that it terminates the mark, for a person who asks what a P does, and afterwards
 * the listeners hear that it has left the protocol. A refill and a wait at the gate are events of a
 * goroutine that goes on, and change neither.
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

  /**
   * This P's drain is over. Every drain must end here, or DRAINERS would never come to 0.
   * @safepoint
   */
  drained(): void {
    this.here.listener.at('drain/leave')
    const before = this.enter()
    this.policy.onDrained()
    this.exit(before)
  }

  /**
   * This P has served a wanted scan. If it was the last one, perhaps no other P is left to notice
   * that the mark is over. @safepoint
   */
  scanServed(): void {
    const before = this.enter()
    this.policy.onScanServed()
    this.exit(before)
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

  private exit(before: number): void {
    this.here.listener.left()
    this.here.memory.meta[this.activityWord] = before
  }
}
