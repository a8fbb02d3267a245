// The clock of what is driven by hand: it goes on when somebody looks at it, and at no other time. A machine
// that takes the test's thread off its CPU would else use up the patience of a P that waits, and another
// interleaving than the one that is written down would happen.
import { afterEach, beforeEach, vi } from 'vitest'

/** What passes between two looks at the clock, in ms. */
const TICK_MS = 0.02

let time = 0

/** Replaces the clock; returns what brings the real one back. */
export function holdClock(): () => void {
  time = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += TICK_MS))
  return () => clock.mockRestore()
}

/** So much time passes at once, in ms. */
export function passTime(ms: number): void {
  time += ms
}

/** Each test of the file has the clock of what is driven by hand. */
export function useHandClock(): void {
  let release: () => void
  beforeEach(() => {
    release = holdClock()
  })
  afterEach(() => release())
}
