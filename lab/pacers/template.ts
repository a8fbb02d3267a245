/** `sawtooth pacers new`: a pacer to start from. A test runs it. */

export const template = `// A pacer of one's own:  sawtooth run PROGRAM --pacer ./this-file.ts
// It starts each cycle half of the way from the marked heap to the goal.
import { definePacer } from 'sawtooth/pacer'

const MIB = 2 ** 20

export default definePacer({
  name: 'mine',
  describe: 'half of the way',
  // Each number that is remembered, with its first value. They are in shared memory, for all Ps.
  state: { goal: 4 * MIB, trigger: 3 * MIB },

  // After each cycle, and when GOGC changes. Sizes are in bytes; a negative gcPercent is GOGC=off.
  commit(state, { heapMarked, gcPercent, heapLive, sweepDone }) {
    const least = (4 * MIB * gcPercent) / 100
    const goal = gcPercent < 0 ? Infinity : Math.max(heapMarked * (1 + gcPercent / 100), least)
    // The sweeper needs room before the next cycle.
    const earliest = sweepDone ? 0 : heapLive + MIB
    state.trigger = Math.max(heapMarked + (goal - heapMarked) / 2, earliest)
    // A cycle without a runway is all assists.
    state.goal = Math.max(goal, state.trigger + MIB)
  },

  goals(state, _facts, out) {
    out.goal = state.goal
    out.trigger = state.trigger
  },

  // Scan work owed for each byte allocated; asked at each refill while marking. It is what may be
  // left to scan, and never nothing, over the bytes that are left to the goal.
  revise(state, facts) {
    const expected = facts.heapScannable + facts.maxStackScan + facts.globalsScan
    const done = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
    return Math.max(expected - done, 1000) / Math.max(state.goal - facts.heapLive, 1)
  },
})
`
