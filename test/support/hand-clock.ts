// The clock of worlds that are driven by hand: it moves only when somebody reads it. With a real
// clock, a machine that takes the test's thread off its CPU would use up the patience of a P that
// waits. Then another interleaving would happen than the one that the test writes down.
import { afterEach, beforeEach, vi } from 'vitest'

/** The time that passes between two reads of the clock, in ms. */
export const TICK_MS = 0.02

let time = 0

/** Replaces the clock. Returns a function that restores the real one. */
export function holdClock(): () => void {
  time = performance.now()
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += TICK_MS))
  return () => clock.mockRestore()
}

/** Moves the clock by that many ms. */
export function passTime(ms: number): void {
  time += ms
}

/** Gives each test of the file this clock. */
export function useHandClock(): void {
  let release: () => void
  beforeEach(() => {
    release = holdClock()
  })
  afterEach(() => release())
}
