import { describe, expect, test } from 'vitest'
import { probeStack, probeStackDeep, probeStackInEarnest } from '../../memory/stack-probe.ts'

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

/**
 * Has V8 compile the descent for any function that it calls, so that its frames do not change
 * between two measurements.
 */
function settleDescent(): void {
  const things = [() => 1, () => 'a', () => null, () => ({}), () => undefined]
  for (let last = -1, depth = 0; depth !== last; ) {
    last = depth
    for (const thing of things) depth = deepest(thing)
  }
}

describe.each([
  ['probeStack', probeStack, 16],
  // At some hundred bytes a frame 64 KiB are several hundred of them.
  ['probeStackDeep', probeStackDeep, 100],
])('%s', (_, probe, frames) => {
  test('throws before the stack is used up, interpreted and compiled', () => {
    settleDescent()
    for (let warm = 0; warm < 3; warm++) {
      const before = deepest(() => undefined)
      const withProbe = deepest(() => probe())
      // The frames above the descent may still change as they are compiled: this much is noise.
      const noise = Math.abs(deepest(() => undefined) - before)
      expect(before - withProbe).toBeGreaterThan(frames + noise)
      for (let call = 0; call < 20_000; call++) probe()
    }
  })
})

test('the calls that they reserve the stack for can be made', () => {
  expect(() => probeStackInEarnest()).not.toThrow()
})
