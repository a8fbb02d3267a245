/**
 * The steps of the campaign: first cycles by natural delays, then stalls of four lengths at each
 * point of the termination.
 */
import type { FaultPoint } from 'sawtooth/internal/memory/fault-points'
import { FAULT_POINTS } from 'sawtooth/internal/memory/fault-points'

export interface Step {
  readonly name: string
  /** Where the stall strikes; null if nothing is injected. */
  readonly point: FaultPoint | null
  /** The length of the stall, in ms. */
  readonly stallMs: number
  /** How many cycles must count. */
  readonly wanted: number
}

const NATURAL_CYCLES = 10_000
/** How many cycles must have a stall of each length. */
const STALLS: readonly (readonly [ms: number, cycles: number])[] = [
  [1, 500],
  [3, 500],
  [10, 200],
  [100, 30],
]

/**
 * The points between "no work is left" and "the world is stopped": those of the Ps that raise a
 * stop, and those of the Ps for which the stop waits.
 */
export const TERMINATION_POINTS: readonly FaultPoint[] = FAULT_POINTS.filter(
  name =>
    /^(?:mark-termination|stop)\//.test(name) ||
    /^\w+-worker\/park(?:ed)?$/.test(name) ||
    name.startsWith('drain/') ||
    name === 'gate/wait',
)

/** A fault at another point without which no P comes to this one. */
const COMPANIONS: Partial<Readonly<Record<FaultPoint, string>>> = {
  'mark-termination/in-barrier': 'barrier/serve:stall=1ms',
}

export function stepsOf(): Step[] {
  const natural: Step = { name: 'natural delays', point: null, stallMs: 0, wanted: NATURAL_CYCLES }
  const stalls = TERMINATION_POINTS.flatMap(point =>
    STALLS.map(([stallMs, wanted]) => ({ name: `${point} ${stallMs} ms`, point, stallMs, wanted })),
  )
  return [natural, ...stalls]
}

/**
 * The fault of a step. Its probability is chosen so that about one stall strikes in each cycle.
 *
 * @param passesPerCycle - how often Ps come to the point in a cycle; undefined if unknown
 */
export function faultOf({ point, stallMs }: Step, passesPerCycle = 1): string {
  if (point === null) throw new Error('a step without a point has no fault')
  const share = Math.max(0.0001, Math.min(1, 1 / Math.max(passesPerCycle, 1)))
  const companion = COMPANIONS[point]
  const fault = `${point}:stall=${stallMs}ms${share < 1 ? `:p=${share.toFixed(4)}` : ''}`
  return companion === undefined ? fault : `${fault} ${companion}`
}
