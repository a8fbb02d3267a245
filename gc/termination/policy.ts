/** How the end of marking is found and agreed on: what the overrun lab studies. One policy, one file. */
export interface Termination {
  readonly name: string
  /** Called by the last P to leave a drain that saw no work. A safepoint. */
  markMayBeOver(): void
}
