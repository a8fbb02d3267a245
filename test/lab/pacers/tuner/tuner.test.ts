import { expect, test } from 'vitest'
import { CONTROLLERS } from '../../../../lab/pacers/macro/controller.ts'
import { drawn, scenarioNamed } from '../../../../lab/pacers/scenarios/library.ts'
import { tuningHtml } from '../../../../lab/pacers/tuner/report.ts'
import { controllerRows } from '../../../../lab/pacers/tuner/table.ts'
import { type Tuning, tune } from '../../../../lab/pacers/tuner/tune.ts'
import { motionOf } from '../../../../lab/pacers/tuner/ultimate-gain.ts'

const stepping = scenarioNamed('model/step-alloc')
const noisy = scenarioNamed('model/jitter-alloc')
const { ultimate, controllers } = tune(drawn(stepping, 1), stepping.step, drawn(noisy, 1))
const named = (name: string, positional = 0) => {
  const found = controllers.find(
    one => one.name === name && one.constants.positional === positional,
  )
  if (found === undefined) throw new Error(name)
  return found
}

test('a swing that shrinks by a fifth in each cycle is told, with its period', () => {
  const r = Array.from({ length: 40 }, (_, n) => 1 + (-0.8) ** n)
  expect(motionOf(r)).toEqual({ growth: expect.closeTo(0.8, 6), period: expect.closeTo(2, 6) })
  expect(motionOf(Array.from({ length: 40 }, (_, n) => 0.5 ** n)).period).toBeNull()
})

// With a gain K alone, r(n+1) − m = (1 − K) · (r(n) − m): it swings without end at K = 2.
test('the incremental form swings without end at a gain of 2, and a period of two cycles', () => {
  expect(ultimate.incremental?.gain).toBeCloseTo(2, 1)
  expect(ultimate.incremental?.period).toBeCloseTo(2, 1)
})

// Here r(n+1) = K · (m − r(n)), which swings without end at K = 1.
test('the positional form does at a gain of 1', () => {
  expect(ultimate.positional?.gain).toBeCloseTo(1, 1)
  expect(ultimate.positional?.period).toBeCloseTo(2, 1)
})

test('the proposal’s constants are those of Ziegler and Nichols for the incremental form', () => {
  const { constants } = named('Ziegler-Nichols PI')
  expect(constants.gain / CONTROLLERS.new.gain).toBeCloseTo(1, 1)
  expect(constants.integralTime / CONTROLLERS.new.integralTime).toBeCloseTo(1, 1)
})

test('a controller without integral keeps an error in the positional form, and none in the other', () => {
  expect(named('Ziegler-Nichols P', 1).response.settlesIn).toBeNull()
  expect(named('Ziegler-Nichols P').response.settlesIn).toBeLessThan(3)
})

test('a derivative lets the proposal overshoot less, and what Go ships ring without end', () => {
  expect(named('the proposal with T_d').response.overshoot).toBeLessThan(
    0.8 * named('the proposal').response.overshoot,
  )
  expect(named('Go 1.18 to 1.20', 1).response.settlesIn).toBeLessThan(30)
  expect(named('Go 1.18 to 1.20 with T_d', 1).response.settlesIn).toBeNull()
})

test('the page has a row for each controller, and the search as data', () => {
  const tuning: Tuning = {
    ...{ schema: 1, command: 'sawtooth pacers tune', seed: 1, ultimate, controllers },
    ...{ scenario: stepping.name, noise: noisy.name },
    machine: { cpu: 'cpu', cores: 2, platform: 'linux x64', node: 'v20', go: null },
  }
  const page = tuningHtml(tuning)
  for (const [name = ''] of controllerRows(controllers)) expect(page).toContain(`<td>${name}</td>`)
  expect(page).toContain('"tried":[')
})
