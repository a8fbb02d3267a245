/**
 * Ziegler and Nichols' search (Optimum Settings for Automatic Controllers, 1942):
 *
 * 1. The controller is only proportional. Its gain is raised until r swings without end after a
 *    step.
 * 2. Between the last gain at which the swing dies away and the first at which it does not, the
 *    ultimate gain K_u is found by halving.
 * 3. The period of the swing at K_u is the ultimate period T_u, in cycles.
 */
import { linearRegression } from 'simple-statistics'
import { itemAt } from '../../indexed.ts'
import type { ControllerConstants } from '../macro/controller.ts'
import { columnOf, macroRun } from '../macro/run.ts'
import type { Scenario } from '../scenario.ts'

/** How r moves after the step under one gain. */
export interface Swing {
  readonly gain: number
  /** r from the step on, a number for each cycle. */
  readonly r: readonly number[]
  /** The factor by which the moves of r grow from cycle to cycle; below 1 they die away. */
  readonly growth: number
  /** In cycles; null if r does not swing. */
  readonly period: number | null
}

export interface UltimateGain {
  readonly gain: number
  readonly period: number
  /** All gains that were tried, in order. */
  readonly tried: readonly Swing[]
}

const FIRST_GAIN = 0.1
const RAISE = 1.25
const MOST_GAIN = 100
/** K_u is found within this share of itself. */
const PRECISION = 1e-3
/**
 * Moves below this share of the largest are no longer the controller's: sizes are whole bytes, so
 * what is measured is not smooth.
 */
const LEAST_MOVE = 1e-4

/**
 * @param step - the cycle in which the scenario changes for good
 * @returns null if no gain up to MOST_GAIN makes r swing
 */
export function ultimateGain(
  scenario: Scenario,
  step: number,
  form: ControllerConstants,
): UltimateGain | null {
  const tried: Swing[] = []
  const swingAt = (gain: number): Swing => {
    const swing = swingOf(scenario, step, { ...form, gain, integralTime: 0, resetTime: 0 })
    tried.push(swing)
    return swing
  }
  let [below, above] = [0, FIRST_GAIN]
  while (!isSustained(swingAt(above))) {
    below = above
    above *= RAISE
    if (above > MOST_GAIN) return null
  }
  while (above - below > PRECISION * above) {
    const middle = (below + above) / 2
    if (isSustained(swingAt(middle))) above = middle
    else below = middle
  }
  const { period } = swingAt(above)
  return period === null ? null : { gain: above, period, tried }
}

function isSustained({ growth, period }: Swing): boolean {
  return period !== null && growth >= 1
}

function swingOf(scenario: Scenario, step: number, constants: ControllerConstants): Swing {
  const run = macroRun(scenario, 'new', constants, `with k_p = ${constants.gain}`)
  const r = columnOf(run, 'r').slice(step)
  return { gain: constants.gain, r, ...motionOf(r) }
}

/** The growth is that of a straight line through the logarithms of the moves. */
export function motionOf(r: readonly number[]): Pick<Swing, 'growth' | 'period'> {
  const moves = r.slice(1).map((one, at) => one - itemAt(r, at))
  const most = Math.max(...moves.map(Math.abs))
  const points = moves.flatMap((move, cycle) =>
    Math.abs(move) > LEAST_MOVE * most ? [[cycle, Math.log(Math.abs(move))]] : [],
  )
  const turns = moves.filter((move, at) => at > 0 && move * itemAt(moves, at - 1) < 0).length
  return {
    growth: points.length < 2 ? 0 : Math.exp(linearRegression(points).m),
    period: turns < 2 ? null : (2 * (moves.length - 1)) / turns,
  }
}
