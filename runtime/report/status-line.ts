/** The line that a terminal shows while a program runs, drawn over and over. */
import { humanBytes, humanCount, humanMs } from './units.ts'

export interface Status {
  readonly elapsedMs: number
  /** Cycles started. */
  readonly cycles: number
  readonly marking: boolean
  /** In bytes. */
  readonly heapLive: number
  /** In bytes; null: none. */
  readonly goal: number | null
  /** Goroutines that live. */
  readonly goroutines: number
}

const BAR_WIDTH = 20

/** Never longer than the terminal is wide: a line that wraps could not be drawn over. */
export function formatStatusLine(status: Status, columns = 80): string {
  const { goal, heapLive, goroutines } = status
  const heap =
    goal === null ? humanBytes(heapLive) : `${humanBytes(heapLive)} of ${humanBytes(goal)}`
  const parts = [
    humanMs(status.elapsedMs).padStart(7),
    `gc ${humanCount(status.cycles)}${status.marking ? ' mark' : ''}`,
    goal === null ? `heap ${heap}` : `heap [${bar(heapLive, goal)}] ${heap}`,
    `${humanCount(goroutines)} goroutine${goroutines === 1 ? '' : 's'}`,
  ]
  return parts.join('  ').slice(0, Math.max(columns, 0))
}

/** Filled up to the goal; past it, its last cell is an exclamation mark. */
function bar(heapLive: number, goal: number): string {
  if (heapLive > goal) return `${'#'.repeat(BAR_WIDTH - 1)}!`
  const filled = goal === 0 ? 0 : Math.floor((heapLive / goal) * BAR_WIDTH)
  return '#'.repeat(filled).padEnd(BAR_WIDTH, '.')
}
