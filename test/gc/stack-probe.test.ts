import { expect, test } from 'vitest'
import { probeStack, probeStackInEarnest } from '../../gc/stack-probe.ts'

function overflowsAt(depth: number, then: () => void): boolean {
  if (depth > 0) return overflowsAt(depth - 1, then)
  try {
    then()
    return false
  } catch (error) {
    if (error instanceof RangeError) return true
    throw error
  }
}

/** The deepest descent at whose bottom `then` still fits. */
function deepest(then: () => void): number {
  let fits = 0
  let fails = 200_000
  while (fails - fits > 1) {
    const depth = (fits + fails) >> 1
    let overflows = true
    try {
      overflows = overflowsAt(depth, then)
    } catch {
      // The descent itself overflowed.
    }
    if (overflows) fails = depth
    else fits = depth
  }
  return fits
}

test('the probe throws before the stack is used up, interpreted and compiled', () => {
  for (let warm = 0; warm < 3; warm++) {
    const withProbe = deepest(probeStack)
    const without = deepest(() => undefined)
    // Some frames of a descent take more, some less than 100 bytes; 16 KiB are many of them in any case.
    expect(without - withProbe).toBeGreaterThan(16)
    for (let call = 0; call < 20_000; call++) probeStack()
  }
})

test('the call that it reserves the stack for can be made', () => {
  expect(() => probeStackInEarnest()).not.toThrow()
})
