import { expect, test } from 'vitest'
import { inflation } from '../../../../lab/overrun/experiments/inflation.ts'
import { MiB } from '../../../../memory/units.ts'

test('with nothing left to mark, an assist of 64 KiB is credited with 65 times the room: the clamp at 1000 bytes', () => {
  expect(inflation(0, MiB, false)).toBeCloseTo(65_536 / 1000, 3)
  expect(inflation(1000, MiB, false)).toBeCloseTo(65_536 / 1000, 3)
})

test('it does not depend on the room', () => {
  expect(inflation(0, 64 * 1024, false)).toBeCloseTo(inflation(0, MiB, false), 6)
})

test('an assist that does all that is left is credited with the room, and one that does half with half of it', () => {
  expect(inflation(64 * 1024, MiB, false)).toBeCloseTo(1, 6)
  expect(inflation(128 * 1024, MiB, false)).toBeCloseTo(0.5, 6)
})

test('a capped bank never holds more than the room, and is no other below that', () => {
  expect(inflation(0, MiB, true)).toBe(1)
  expect(inflation(128 * 1024, MiB, true)).toBe(inflation(128 * 1024, MiB, false))
})
