import { expect, test } from 'vitest'
import { lateCycles } from '../../../../lab/overrun/experiments/late-cycles.ts'

const scanned = (...heap: number[]) =>
  heap.map((work, index) => ({ n: index + 1, scanWork: { heap: work, stack: 0, globals: 0 } }))

test('a cycle that scans what the one before did not is late, and the one after it is not', () => {
  expect([...lateCycles(scanned(100, 1100, 1100, 1100), 1000)]).toEqual([2])
})

test('each appearance counts, and a disappearance does not', () => {
  expect([...lateCycles(scanned(1100, 100, 1100, 100, 1100), 1000)]).toEqual([3, 5])
})

test('half of it is enough, since a part may have been marked as it was allocated', () => {
  expect([...lateCycles(scanned(100, 600, 1099), 1000)]).toEqual([2])
})

test('the first cycle has none to be compared with', () => {
  expect([...lateCycles(scanned(5000), 1000)]).toEqual([])
})
