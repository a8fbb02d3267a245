/** `sawtooth pacers new`: a pacer to start from. A test runs it. */

export const template = `// A pacer of one's own:  sawtooth run PROGRAM --pacer ./this-file.ts
// It starts a cycle when half of the way to the goal is left for twice the work that the last cycle did.
import { definePacer } from 'sawtooth/pacer'

export default definePacer({
  name: 'mine',
  describe: 'half the way, or less',
  // Every number to be remembered, with its first value. It is in shared memory: one for all Ps.
  state: { goal: 4 << 20, trigger: 3 << 20 },

  // After each cycle: M is what was marked. Sizes are in bytes.
  commit(state, { heapMarked, gcPercent, heapLive, sweepDone }) {
    state.goal = Math.max(heapMarked * (1 + Math.max(gcPercent, 0) / 100), 4 << 20)
    // The sweeper needs room before the next cycle.
    const least = sweepDone ? 0 : heapLive + (1 << 20)
    state.trigger = Math.max(heapMarked + (state.goal - heapMarked) / 2, least)
    state.goal = Math.max(state.goal, state.trigger)
  },

  goals(state, _facts, out) {
    out.goal = state.goal
    out.trigger = state.trigger
  },

  // Scan work owed for each byte allocated, asked at each refill while marking: what may be left to scan over the bytes left.
  revise(state, { heapScannable, heapScanWork, heapLive }) {
    return Math.max(heapScannable - heapScanWork, 0) / Math.max(state.goal - heapLive, 1)
  },
})
`
