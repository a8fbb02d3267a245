import { expect, test } from 'vitest'
import { CONTROLLERS, Controller } from '../../../../lab/pacers/macro/controller.ts'

const wide = { ...CONTROLLERS.new, min: -1000, max: 1000 }

test('a derivative adds the change of the error, from the second cycle on', () => {
  const constants = { ...wide, gain: 0.5, integralTime: 0, derivativeTime: 0.25 }
  const controller = new Controller(constants)
  // e = 1, then 3: 0.5 · 1, and 0.5 · (3 + 0.25 · (3 − 1)).
  expect(controller.next(0, 1)).toBe(0.5)
  expect(controller.next(0.5, 3.5)).toBe(0.5 + 1.75)
})

test('a positional output is r, and an incremental one is added to it', () => {
  const constants = { ...wide, gain: 0.5, integralTime: 0 }
  expect(new Controller(constants).next(2, 4)).toBe(3)
  expect(new Controller({ ...constants, positional: 1 }).next(2, 4)).toBe(1)
})

test('direct takes what was measured', () => {
  const controller = new Controller(CONTROLLERS.direct)
  for (const measured of [0.25, 3, 0.5]) expect(controller.next(1, measured)).toBe(measured)
})
