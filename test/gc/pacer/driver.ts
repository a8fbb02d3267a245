// One pacer with its state and facts, driven by hand.
import {
  type Facts,
  type Goals,
  newFacts,
  type Pacer,
  type PacerConfig,
  type Plan,
  type State,
} from '../../../gc/pacer/pacer.ts'

export interface Driver {
  readonly state: State
  readonly facts: Facts
  /** Commits with these facts. */
  commit(changed?: Partial<Facts>): Goals
  /** Starts a cycle at this size, by default at the trigger, and returns the first assist ratio. */
  start(heapLive?: number): number
  revise(changed?: Partial<Facts>): number
  goals(): Goals
  /** Ends the cycle, resets, and commits. */
  end(changed?: Partial<Facts>): Goals
}

export function drive(pacer: Pacer, changed: Partial<PacerConfig> = {}): Driver {
  const config: PacerConfig = {
    procs: 4,
    gcPercent: 100,
    memoryLimit: Number.POSITIVE_INFINITY,
    ...changed,
  }
  const state = new Float64Array(pacer.stateNames.length)
  const facts = newFacts(config)
  const plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  const goals = (): Goals => {
    const out: Goals = { trigger: 0, goal: 0, hardGoal: 0, committedGoal: 0, sweepDistance: 0 }
    pacer.goals(state, facts, out)
    return out
  }
  const commit = (changed: Partial<Facts> = {}): Goals => {
    Object.assign(facts, changed)
    pacer.commit(state, facts)
    return goals()
  }
  pacer.init(config, state)
  commit()
  return {
    state,
    facts,
    commit,
    goals,
    start(heapLive = goals().trigger) {
      facts.heapLive = facts.triggered = heapLive
      facts.heapScanWork =
        facts.stackScanWork =
        facts.globalsScanWork =
        facts.assistTimeNs =
        facts.idleTimeNs =
          0
      facts.marking = true
      pacer.startCycle(state, facts, plan)
      return pacer.revise(state, facts)
    },
    revise(changed = {}) {
      Object.assign(facts, changed)
      return pacer.revise(state, facts)
    },
    end(changed = {}) {
      Object.assign(facts, changed)
      pacer.endCycle(state, facts)
      facts.heapMarked = facts.heapLive = facts.bytesMarked
      facts.heapScannable = facts.lastHeapScan = facts.heapScanWork
      facts.lastStackScan = facts.stackScanWork
      facts.triggered = Number.POSITIVE_INFINITY
      facts.marking = facts.sweepDone = false
      return commit()
    },
  }
}
