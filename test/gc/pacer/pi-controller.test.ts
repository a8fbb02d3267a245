import { expect, test } from 'vitest'
import { nextOutput, PROPOSAL_CONTROLLER } from '../../../gc/pacer/pi-controller.ts'

const { gain, integralTime, resetTime, min, max } = PROPOSAL_CONTROLLER

/** The outputs for these errors, and the sum that is left. */
function outputs(errors: readonly number[], constants = PROPOSAL_CONTROLLER) {
  const state = new Float64Array(1)
  return { outputs: errors.map(error => nextOutput(constants, 0, error, state, 0)), sum: state[0] }
}

test('the output is the gain times the error, and the sum of the errors before', () => {
  const { outputs: found, sum } = outputs([1, 0, -0.5])
  const one = gain / integralTime
  expect(found).toEqual([gain, one, one - 0.5 * gain])
  expect(sum).toBeCloseTo(0.5 * one, 12)
})

test('an output stays between its limits', () => {
  expect(outputs([100, -400]).outputs).toEqual([max, min])
})

test('anti-windup: while the output is at its limit the sum is taken back', () => {
  const saturated = Array.from({ length: 50 }, () => 10)
  const wound = outputs(saturated, { ...PROPOSAL_CONTROLLER, resetTime: Number.POSITIVE_INFINITY })
  const { sum = 0 } = outputs(saturated)
  expect(sum).toBeLessThan(wound.sum ?? 0)
  expect(outputs([10]).sum).toBeCloseTo((gain / integralTime) * 10 + (max - 10 * gain) / resetTime)
})

test('numbers that are none end at the least output, and the sum is forgotten', () => {
  expect(outputs([1, Number.NaN])).toEqual({ outputs: [gain, min], sum: 0 })
})
