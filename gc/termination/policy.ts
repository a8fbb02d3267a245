/** How the end of marking is found and agreed on: what the overrun lab studies. One policy, one file. */
export type TerminationName = 'coordinator' | 'assist-takes-over' | 'helping'

export interface Termination {
  readonly name: TerminationName
  /** Whether who leaves a drain publishes what it holds before it counts itself off. */
  readonly publishesFirst: boolean
  /** Scan work, in bytes, up to which what is left is marked in the termination stop; more of it restarts the mark. */
  readonly remainderBytes: number
  /** Called by the last P to leave a drain, or to serve a scan, that saw no work. A safepoint. */
  markMayBeOver(): void
  /** Called while a cycle marks by a P whose goroutine has taken memory and has paid for it, or waits at the gate and sees no work. A safepoint. */
  atRefill(): void
}
