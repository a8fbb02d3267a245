// Pacers that each go wrong in one way, and are Go's in all others. The file that is given as
// --pacer names one of them.
import { definePacer, type Pacer } from 'sawtooth/pacer'

const sound = {
  describe: 'goes wrong on purpose',
  state: { cycles: 0 },
  revise: () => 0.5,
  endCycle: (state: { cycles: number }) => {
    state.cycles++
  },
  goals: (_: unknown, facts: { heapMarked: number }, out: { trigger: number; goal: number }) => {
    out.goal = Math.max(1_000_000, 2 * facts.heapMarked)
    out.trigger = 0.8 * out.goal
  },
}

/** Its assist ratio is no number once a cycle has ended. */
export const answersNaN: Pacer = definePacer({
  ...sound,
  name: 'answers-nan',
  revise: state => (state.cycles > 1 ? Number.NaN : 0.5),
})

/** It throws where the plan of the third cycle is made: in a stop. */
export const throwsInStop: Pacer = definePacer({
  ...sound,
  name: 'throws-in-stop',
  startCycle: state => {
    if (state.cycles > 1) throw new Error('no plan for this one')
  },
})

/** It throws while tasks allocate. */
export const throwsInRevise: Pacer = definePacer({
  ...sound,
  name: 'throws-in-revise',
  revise: (state, facts) => {
    if (state.cycles > 1 && facts.heapScanWork > 0) throw new RangeError('no ratio for this one')
    return 0.5
  },
})

/** It does not even start. */
export const throwsAtStart: Pacer = definePacer({
  ...sound,
  name: 'throws-at-start',
  goals: () => {
    throw new Error('no goal at all')
  },
})
