/**
 * The account of a cycle's overrun in one line of the trace: `overrun 1.3MB = 0.9 stall(in-barrier
 * 4.1ms) + 0.4 credit`.
 */

import { MiB } from '../../memory/units.ts'
import type { CycleRecord } from './record.ts'

/** Parts beyond these are summed up as `other`. */
const MOST_PARTS = 4
const TERMINATION = 'mark-termination/'

/**
 * MB are Go's: 2²⁰ bytes. undefined for a cycle that kept its goal. The line ends without a line
 * feed.
 */
export function formatOverrun(
  cycle: Pick<CycleRecord, 'overrun' | 'overrunBy' | 'gaps'>,
): string | undefined {
  if (cycle.overrun === 0) return undefined
  const parts = Object.entries(cycle.overrunBy).sort(
    ([, one], [, other]) => Math.abs(other) - Math.abs(one),
  )
  const told = parts
    .slice(0, MOST_PARTS)
    .map(([cause, bytes]) => `${megabytes(bytes)} ${withGap(cause, cycle.gaps)}`)
  const rest = parts.slice(MOST_PARTS).reduce((sum, [, bytes]) => sum + bytes, 0)
  if (rest !== 0) told.push(`${megabytes(rest)} other`)
  return `overrun ${megabytes(cycle.overrun)}MB = ${told.join(' + ')}`
}

/**
 * A stall with the length of its gap, and whether its thread was off the CPU for most of it. A
 * place of the termination is named without its first half.
 */
function withGap(cause: string, gaps: CycleRecord['gaps']): string {
  const place = /^stall:(.*)$/.exec(cause)?.[1]
  if (place === undefined) return cause
  const gap = gaps.find(({ point }) => point === place)
  const short = place.startsWith(TERMINATION) ? place.slice(TERMINATION.length) : place
  if (gap === undefined) return `stall(${short})`
  const isOffCpu = (gap.offCpuMs ?? 0) > gap.ms / 2
  return `stall(${short} ${gap.ms.toFixed(1)}ms${isOffCpu ? ' off CPU' : ''})`
}

/** One decimal, or below a tenth two significant digits. */
function megabytes(bytes: number): string {
  const value = bytes / MiB
  return Math.abs(value) >= 0.095 ? value.toFixed(1) : String(Number(value.toPrecision(2)))
}
