// What every pacer must do, whatever the heap does. Each answer is checked as the runtime checks
// it.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkGoals, checkPlan, checkRatio, checkState } from '../../../gc/pacer/check.ts'
import { type Goals, newFacts, type Pacer, type Plan } from '../../../gc/pacer/pacer.ts'
import { builtInPacers, pacerNamed } from '../../../gc/pacer/registry.ts'

const variants = [
  'go1.5:curve=1',
  'go1.10:hard=1.05,background=0.2,target=0.25,assist=2',
  'go1.14:floating=1,credit=1,idle=1',
  'fixed:trigger=0',
]
const names = [...builtInPacers().map(({ name }) => name), ...variants]

const size = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.integer({ min: 0, max: 2 ** 16 }),
)
const ns = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 ** 10 }))
const cycle = fc.record({
  // What happened until the trigger, in the mark, and at its end.
  late: size,
  allocated: size,
  scannable: size,
  heapScanWork: size,
  stackScanWork: size,
  globalsScanWork: size,
  marked: size,
  maxStackScan: size,
  markDurationNs: ns,
  assistTimeNs: ns,
  dedicatedTimeNs: ns,
  idleTimeNs: ns,
  creditLeft: size,
  forced: fc.boolean(),
  /** GOGC from this cycle on; undefined: as before. */
  gcPercent: fc.option(fc.integer({ min: -1, max: 3000 }), { nil: undefined }),
  mappedReady: size,
  heapFree: size,
})
const run = fc.record({
  procs: fc.integer({ min: 1, max: 64 }),
  gcPercent: fc.integer({ min: -1, max: 3000 }),
  memoryLimit: fc.oneof(
    fc.constant(Number.POSITIVE_INFINITY),
    fc.integer({ min: 1, max: 2 ** 31 }),
  ),
  heapMinimum: fc.option(fc.integer({ min: 2 ** 16, max: 2 ** 31 - 1 }), { nil: undefined }),
  globalsScan: size,
  cycles: fc.array(cycle, { minLength: 1, maxLength: 8 }),
})

/** Drives a pacer through a run as the runtime would; the first complaint, or null. */
function complaintOf(
  pacer: Pacer,
  {
    procs,
    gcPercent,
    memoryLimit,
    heapMinimum,
    globalsScan,
    cycles,
  }: typeof run extends fc.Arbitrary<infer T> ? T : never,
): string | null {
  const config = { procs, gcPercent, memoryLimit, heapMinimum }
  const state = new Float64Array(pacer.stateNames.length)
  const facts = newFacts(config)
  const goals: Goals = { trigger: 0, goal: 0, hardGoal: 0, committedGoal: 0, sweepDistance: 0 }
  const plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  const complaints: (string | null)[] = []
  const aim = (): void => {
    pacer.goals(state, facts, goals)
    complaints.push(checkGoals(pacer, goals))
  }
  const commit = (): void => {
    pacer.commit(state, facts)
    complaints.push(checkState(pacer, 'commit', state))
    aim()
  }
  facts.globalsScan = globalsScan
  pacer.init(config, state)
  commit()
  for (const one of cycles) {
    if (one.gcPercent !== undefined) {
      facts.gcPercent = one.gcPercent
      commit()
    }
    Object.assign(facts, {
      maxStackScan: one.maxStackScan,
      forced: one.forced,
      mappedReady: one.mappedReady,
      heapFree: one.heapFree,
    })
    const trigger = goals.trigger === Number.POSITIVE_INFINITY ? facts.heapMarked : goals.trigger
    facts.heapLive = facts.triggered = one.forced
      ? facts.heapMarked + one.late
      : Math.max(trigger, facts.heapMarked) + one.late
    facts.heapScannable += one.scannable
    facts.heapScanWork = facts.stackScanWork = facts.globalsScanWork = 0
    facts.marking = true
    pacer.startCycle(state, facts, plan)
    complaints.push(checkPlan(pacer, plan, procs))
    aim()
    complaints.push(checkRatio(pacer, pacer.revise(state, facts)))
    const { heapScanWork, stackScanWork, globalsScanWork } = one
    Object.assign(facts, {
      heapScanWork,
      stackScanWork,
      globalsScanWork,
      heapLive: facts.heapLive + one.allocated,
    })
    complaints.push(checkRatio(pacer, pacer.revise(state, facts)))
    aim()
    const { markDurationNs, assistTimeNs, dedicatedTimeNs, idleTimeNs, creditLeft } = one
    Object.assign(facts, {
      markDurationNs,
      assistTimeNs,
      dedicatedTimeNs,
      idleTimeNs,
      creditLeft,
      bytesMarked: one.marked,
    })
    pacer.endCycle(state, facts)
    facts.heapMarked = facts.heapLive = one.marked
    facts.heapScannable = facts.lastHeapScan = heapScanWork
    facts.lastStackScan = stackScanWork
    facts.triggered = Number.POSITIVE_INFINITY
    facts.marking = facts.sweepDone = false
    commit()
  }
  return complaints.find(complaint => complaint !== null) ?? null
}

describe('whatever a heap does, with any GOGC and limit, the answers are sound', () => {
  test.each(names)('%s', name => {
    fc.assert(
      fc.property(run, drawn => {
        expect(complaintOf(pacerNamed(name), drawn)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })
})
