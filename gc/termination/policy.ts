/** How the end of marking is found and agreed on: what the overrun lab studies. One policy, one file. */
export type TerminationName = 'coordinator' | 'assist-takes-over'

export interface Termination {
  readonly name: TerminationName
  /** Called by the last P to leave a drain that saw no work. A safepoint. */
  markMayBeOver(): void
  /** Called by a P whose goroutine has taken memory while a cycle marks, and has paid for it. A safepoint. */
  atRefill(): void
}
