/** How r follows under a controller: after a step, and in noise. */
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import { mean, rootMeanSquare } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import { columnOf, macroRun } from '../macro/run.ts'
import type { Scenario } from '../scenario.ts'
import type { NamedController } from './rules.ts'

export interface Response {
  /** r and the r that it should have, from the step on. */
  readonly r: readonly number[]
  readonly wanted: readonly number[]
  /**
   * Cycles until r is first within SETTLED of the step, and until it stays there; null if it never
   * does.
   */
  readonly risesIn: number | null
  readonly settlesIn: number | null
  /** How far r passes its mark, as a share of the step. */
  readonly overshoot: number
  /** How far r is from its mark in noise, as a share of it: root mean square. */
  readonly noise: number
  /** The share of the CPU above the quarter in noise: mean. */
  readonly assistsInNoise: number
}

/** Within this share of the step r is where it should be. */
const SETTLED = 0.05
/** Cycles of the noisy scenario that do not count. */
const LEARNING = 10

/** @param step - the cycle in which `stepping` changes for good */
export function responseOf(
  { name, constants }: NamedController,
  stepping: Scenario,
  step: number,
  noisy: Scenario,
): Response {
  const run = macroRun(stepping, 'new', constants, name)
  const ratios = columnOf(run, 'alloc_scan_ratio')
  const [r, wanted] = [columnOf(run, 'r').slice(step), ratios.slice(step)]
  const height = itemAt(wanted, 0) - itemAt(ratios, step - 1)
  const apart = r.map((one, at) => (one - itemAt(wanted, at)) / height)
  const isThere = apart.map(share => Math.abs(share) <= SETTLED)
  const settled = isThere.lastIndexOf(false) + 1
  const inNoise = macroRun(noisy, 'new', constants, name)
  const wantedInNoise = columnOf(inNoise, 'alloc_scan_ratio')
  const errors = columnOf(inNoise, 'r').map((one, at) => one / itemAt(wantedInNoise, at) - 1)
  return {
    ...{ r, wanted, overshoot: Math.max(0, ...apart) },
    risesIn: isThere.includes(true) ? isThere.indexOf(true) : null,
    settlesIn: settled === isThere.length ? null : settled,
    noise: rootMeanSquare(errors.slice(LEARNING)),
    assistsInNoise: mean(columnOf(inNoise, 'actual_u').slice(LEARNING)) - BACKGROUND_UTILIZATION,
  }
}
