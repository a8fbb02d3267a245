/**
 * What one assist of the least size is credited with, by the arithmetic of the runtime's default
 * pacer: bytes for each byte of room to the goal.
 */
import { go121 } from 'sawtooth/internal/gc/pacer/go1.21'
import { type Facts, type Goals, newFacts, type State } from 'sawtooth/pacer'
import { KiB, MiB } from '../../units.ts'

/** Go's gcOverAssistWork. */
const LEAST_ASSIST_WORK = 64 * KiB

/**
 * @param workLeft - bytes of scan work that the pacer still expects
 * @param room - bytes from the live heap to the goal
 * @param capped - whether credit is limited to the room (`--credit capped`)
 */
export function inflation(workLeft: number, room: number, capped: boolean): number {
  const config = { procs: 4, gcPercent: 100, memoryLimit: Number.POSITIVE_INFINITY }
  const facts = newFacts(config)
  const state = new Float64Array(go121.stateNames.length)
  Object.assign(facts, {
    heapMarked: 2 * MiB,
    lastHeapScan: 2 * MiB,
    heapScannable: 4 * MiB,
    sweepDone: true,
  })
  go121.init(config, state)
  go121.commit(state, facts)
  const { goal } = goalsOf(state, facts)
  Object.assign(facts, {
    marking: true,
    triggered: 2 * MiB,
    heapScanWork: 2 * MiB - workLeft,
    heapLive: goal - room,
  })
  const bytes = LEAST_ASSIST_WORK / go121.revise(state, facts)
  return (capped ? Math.min(bytes, room) : bytes) / room
}

function goalsOf(state: State, facts: Facts): Goals {
  const goals: Goals = { trigger: 0, goal: 0, hardGoal: 0, committedGoal: 0, sweepDistance: 0 }
  go121.goals(state, facts, goals)
  return goals
}
