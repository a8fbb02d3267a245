// A simulation that drives a pacer step by step, as Go's own pacer tests do: every 500 µs of simulated time, all cores
// scan and allocate as the assist ratio divides them, and the ratio is revised. Rates are KiB per CPU-millisecond.
import { checkGoals, checkPlan, checkRatio, checkState } from '../../../gc/pacer/check.ts'
import { type Goals, newFacts, type Pacer, type Plan } from '../../../gc/pacer/pacer.ts'

export interface Scenario {
  readonly name: string
  readonly global: {
    readonly gogc: number
    readonly memory_limit: number | null
    readonly cores: number
    readonly globals_bytes: number
    readonly initial_heap_bytes: number
  }
  readonly cycles: readonly {
    readonly alloc_rate: number
    readonly scan_rate: number
    readonly growth_rate: number
    readonly scannable_frac: number
    readonly stack_bytes: number
  }[]
}

export interface Row {
  readonly cycle: number
  readonly heapLive: number
  readonly trigger: number
  readonly peak: number
  readonly goal: number
  readonly gcUtilization: number
}

const PERIOD_NS = 500_000
/** Bytes that a core moves in a period at 1 KiB per CPU-millisecond. */
const BYTES_PER_PERIOD = 512

export function simulate(pacer: Pacer, scenario: Scenario): Row[] {
  const { cores, globals_bytes, initial_heap_bytes, gogc, memory_limit } = scenario.global
  const config = { procs: cores, gcPercent: gogc, memoryLimit: memory_limit ?? Number.POSITIVE_INFINITY }
  const state = new Float64Array(pacer.stateNames.length)
  const facts = newFacts(config)
  const goals: Goals = { trigger: 0, goal: 0, hardGoal: 0, committedGoal: 0, sweepDistance: 0 }
  const plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  const sound = (complaint: string | null): void => {
    if (complaint !== null) throw new Error(complaint)
  }
  const aim = (): void => {
    pacer.goals(state, facts, goals)
    sound(checkGoals(pacer, goals))
  }
  const revised = (): number => {
    const ratio = pacer.revise(state, facts)
    sound(checkRatio(pacer, ratio))
    return ratio
  }
  pacer.init(config, state)
  pacer.commit(state, facts)
  let blackLast = 0

  return scenario.cycles.map((cycle, i) => {
    aim()
    const start = Math.max(goals.trigger, facts.heapMarked)
    facts.maxStackScan = cycle.stack_bytes
    facts.globalsScan = globals_bytes
    facts.heapLive = facts.triggered = start
    facts.heapScannable += Math.trunc((start - facts.heapMarked) * cycle.scannable_frac)
    facts.heapScanWork = facts.stackScanWork = facts.globalsScanWork = 0
    facts.marking = true
    pacer.startCycle(state, facts, plan)
    sound(checkPlan(pacer, plan, cores))
    let ratio = revised()

    const nextMarked = i === 0 ? initial_heap_bytes : Math.trunc((facts.heapMarked - blackLast) * cycle.growth_rate)
    let globalsLeft = globals_bytes
    let stackLeft = cycle.stack_bytes
    let heapLeft = Math.trunc(nextMarked * cycle.scannable_frac)
    let black = 0
    let durationNs = 0
    let assistNs = 0
    while (globalsLeft + stackLeft + heapLeft > 0) {
      const { alloc_rate, scan_rate } = cycle
      const utilization = Math.max((ratio * alloc_rate) / (ratio * alloc_rate + scan_rate), 0.25)
      const capacity = scan_rate * BYTES_PER_PERIOD * cores * utilization
      const scanned = Math.trunc(capacity)
      const fromGlobals = Math.min(scanned, globalsLeft)
      const fromStack = Math.min(scanned - fromGlobals, stackLeft)
      const fromHeap = Math.min(scanned - fromGlobals - fromStack, heapLeft)
      const actual = fromGlobals + fromStack + fromHeap
      let allocated = Math.trunc(alloc_rate * BYTES_PER_PERIOD * cores * (1 - utilization))
      let elapsedNs = PERIOD_NS
      if (actual < scanned) {
        elapsedNs = Math.trunc((actual * PERIOD_NS) / capacity)
        allocated = Math.trunc(((alloc_rate * BYTES_PER_PERIOD * elapsedNs) / PERIOD_NS) * cores * (1 - utilization))
      }
      globalsLeft -= fromGlobals
      stackLeft -= fromStack
      heapLeft -= fromHeap
      facts.heapLive += allocated
      facts.heapScannable += Math.trunc(allocated * cycle.scannable_frac)
      facts.heapScanWork += fromHeap
      facts.stackScanWork += fromStack
      facts.globalsScanWork += fromGlobals
      ratio = revised()
      assistNs += Math.trunc(elapsedNs * cores * (utilization - 0.25))
      durationNs += elapsedNs
      black += allocated
    }
    aim()
    const row: Row = {
      cycle: i + 1,
      heapLive: facts.heapMarked,
      trigger: start,
      peak: facts.heapLive,
      goal: goals.goal,
      gcUtilization: assistNs / (durationNs * cores) + 0.25,
    }

    facts.markDurationNs = durationNs
    facts.assistTimeNs = assistNs
    facts.bytesMarked = nextMarked + black
    pacer.endCycle(state, facts)
    sound(checkState(pacer, 'endCycle', state))
    facts.heapMarked = facts.heapLive = facts.bytesMarked
    facts.heapScannable = facts.lastHeapScan = facts.heapScanWork
    facts.lastStackScan = facts.stackScanWork
    facts.triggered = Number.POSITIVE_INFINITY
    facts.marking = false
    facts.sweepDone = false
    pacer.commit(state, facts)
    sound(checkState(pacer, 'commit', state))
    blackLast = black
    return row
  })
}
