/** A pacer and the heap that it paces, cycle by cycle: stepped/engine.ts says how. */
import { checkGoals, checkPlan, checkRatio, checkState } from '../../../gc/pacer/check.ts'
import { type Facts, type Goals, newFacts, type Pacer, type PacerConfig, type Plan } from '../../../gc/pacer/pacer.ts'
import { BACKGROUND_UTILIZATION as BACKGROUND } from '../../../gc/pacer/worker-counts.ts'
import { type Nature, smooth } from './nature.ts'

const PERIOD_NS = 500_000
/** Bytes that a core moves in a period at 1 KiB per CPU-millisecond. */
const BYTES_PER_PERIOD = 512
/** A cycle that takes longer than this is one whose mark does not end: an hour of simulated time. */
const MOST_PERIODS = (3600 * 1e9) / PERIOD_NS

/** One cycle of the input: the values of its columns, in the order of the fields. */
export type Cycle = readonly [
  allocRate: number,
  scanRate: number,
  growth: number,
  fraction: number,
  stack: number,
  gcPercent: number,
  follow: number,
]

/** What came of a cycle. Sizes in bytes. */
export interface Outcome {
  /** Marked by the cycle before. */
  heapLive: number
  trigger: number
  peak: number
  goal: number
  scannable: number
  /** Scanned: heap, stacks and globals. */
  work: number
  /** Share of the CPU that marking took: the background and assists. */
  utilization: number
  /** Share of the CPU that assists took. */
  assists: number
  /** Bytes allocated for each byte scanned, with a quarter of the CPU marking, as the pacer's controller had it when the cycle began; NaN for a pacer that has none. */
  r: number
}

class BadAnswer extends Error {}

function sound(complaint: string | null): void {
  if (complaint !== null) throw new BadAnswer(complaint)
}

export class SteppedRun {
  private readonly pacer: Pacer
  private readonly state: Float64Array
  private readonly facts: Facts
  private readonly goals: Goals = { trigger: 0, goal: 0, hardGoal: 0, committedGoal: 0, sweepDistance: 0 }
  private readonly plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  private readonly initialHeap: number
  private readonly nature: Nature
  /** Allocated while the last cycle marked: taken as garbage in this one. */
  private blackLast = 0
  private isFirst = true
  private readonly rSlot: number
  /** cons/mark: the same for equal shares of the CPU. */
  private readonly consMarkSlot: number
  /** The hook that is called. */
  private hook = 'init'

  constructor(pacer: Pacer, config: PacerConfig, globals: number, initialHeap: number, nature: Nature = smooth) {
    this.pacer = pacer
    this.nature = nature
    this.initialHeap = initialHeap
    this.state = new Float64Array(pacer.stateNames.length)
    this.rSlot = pacer.stateNames.indexOf('r')
    this.consMarkSlot = pacer.stateNames.indexOf('consMark')
    this.facts = newFacts(config)
    this.facts.globalsScan = globals
    try {
      pacer.init(config, this.state)
      this.commit()
    } catch (error) {
      throw this.named(error)
    }
  }

  /** One cycle. Throws an Error that names pacer and hook, where it answers nonsense, or throws. */
  cycle(cycle: Cycle, out: Outcome): void {
    try {
      this.simulate(cycle, out)
    } catch (error) {
      throw this.named(error)
    }
  }

  private named(error: unknown): Error {
    if (error instanceof BadAnswer) return error
    const message = String(error).split('\n', 1)[0]
    return new BadAnswer(`pacer ${this.pacer.name}: ${this.hook} threw ${message}`)
  }

  private simulate([allocRate, scan, growth, fraction, stack, gcPercent, follow]: Cycle, out: Outcome): void {
    const { facts, nature, plan } = this
    const { procs, globalsScan } = facts
    if (!Number.isNaN(gcPercent)) this.setGcPercent(gcPercent)
    this.aim()
    if (this.goals.trigger === Number.POSITIVE_INFINITY)
      throw new BadAnswer('no cycle ever starts: GOGC is off, and no memory limit has a say')
    this.begin(Math.max(this.goals.trigger, facts.heapMarked), fraction, stack)
    out.r = this.controllerR()
    let ratio = this.revised()

    const old = Math.trunc((facts.heapMarked - this.blackLast) * growth)
    const nextMarked = this.isFirst ? this.initialHeap : old
    if (Math.trunc(scan * BYTES_PER_PERIOD * procs * BACKGROUND) === 0)
      throw new BadAnswer('no byte is scanned in a period of 500 µs: scan_rate is too low')
    let globalsLeft = globalsScan
    let stackLeft = stack
    let heapLeft = Math.trunc(nextMarked * fraction)
    let black = 0
    let durationNs = 0
    let backgroundNs = 0
    let assistNs = 0
    let idleNs = 0
    for (let period = 0; globalsLeft + stackLeft + heapLeft > 0; period++) {
      if (period > MOST_PERIODS) throw new BadAnswer('the mark does not end within an hour: scan_rate is too low')
      const background = nature.backgroundShare()
      const idling = nature.idleShare()
      const known = nature.ratioKnown(ratio)
      const alloc = allocRate * (1 + follow * ratio) * nature.allocationFactor()
      const utilization = Math.max((known * alloc) / (known * alloc + scan), background)
      const idle = Math.min(idling, 1 - utilization)
      const capacity = scan * BYTES_PER_PERIOD * procs * (utilization + idle)
      const scanned = Math.trunc(capacity)
      const program = 1 - utilization - idle
      const fromGlobals = Math.min(scanned, globalsLeft)
      const fromStack = Math.min(scanned - fromGlobals, stackLeft)
      const fromHeap = Math.min(scanned - fromGlobals - fromStack, heapLeft)
      const actual = fromGlobals + fromStack + fromHeap
      let allocated = Math.trunc(alloc * BYTES_PER_PERIOD * procs * program)
      let elapsedNs = PERIOD_NS
      if (actual < scanned) {
        elapsedNs = Math.trunc((actual * PERIOD_NS) / capacity)
        allocated = Math.trunc(((alloc * BYTES_PER_PERIOD * elapsedNs) / PERIOD_NS) * procs * program)
      }
      globalsLeft -= fromGlobals
      stackLeft -= fromStack
      heapLeft -= fromHeap
      this.allocate(allocated, fraction)
      facts.heapScanWork += fromHeap
      facts.stackScanWork += fromStack
      facts.globalsScanWork += fromGlobals
      ratio = this.revised()
      backgroundNs += elapsedNs * procs * background
      assistNs += Math.trunc(elapsedNs * procs * (utilization - background))
      idleNs += Math.trunc(elapsedNs * procs * idle)
      durationNs += elapsedNs
      black += allocated
    }
    // Nothing is left to mark, so nobody assists, and the mark is not over: workers keep the share that was planned.
    const awayNs = nature.awayNs()
    if (awayNs > 0) {
      const planned = Math.min(plan.dedicatedWorkers / procs + plan.fractionalGoal, 1)
      const allocated = Math.trunc(((allocRate * BYTES_PER_PERIOD * awayNs) / PERIOD_NS) * procs * (1 - planned))
      backgroundNs += awayNs * procs * planned
      this.allocate(allocated, fraction)
      durationNs += awayNs
      black += allocated
    }
    this.aim()
    const cpuNs = durationNs * procs
    out.heapLive = facts.heapMarked
    out.trigger = facts.triggered
    out.peak = facts.heapLive
    out.goal = this.goals.goal
    out.scannable = Math.trunc((facts.heapMarked - this.blackLast) * fraction)
    out.work = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
    out.assists = cpuNs > 0 ? assistNs / cpuNs : 0
    out.utilization = out.assists + (cpuNs > 0 ? backgroundNs / cpuNs : BACKGROUND)

    facts.markDurationNs = durationNs
    facts.assistTimeNs = assistNs
    facts.idleTimeNs = idleNs
    facts.dedicatedTimeNs = Math.trunc(backgroundNs) // fractional workers' too: a nature has no kinds of workers
    facts.bytesMarked = nextMarked + black
    this.end()
    this.blackLast = black
    this.isFirst = false
  }

  private controllerR(): number {
    const { state, rSlot, consMarkSlot } = this
    if (rSlot >= 0) return state[rSlot] as number
    return consMarkSlot >= 0 ? (state[consMarkSlot] as number) * ((1 - BACKGROUND) / BACKGROUND) : Number.NaN
  }

  private allocate(bytes: number, fraction: number): void {
    this.facts.heapLive += bytes
    this.facts.heapScannable += Math.trunc(bytes * fraction)
  }

  private end(): void {
    const { facts, pacer, state } = this
    this.hook = 'endCycle'
    pacer.endCycle(state, facts)
    sound(checkState(pacer, 'endCycle', state))
    this.reset()
    this.commit()
  }

  private commit(): void {
    const { facts, pacer, state } = this
    this.hook = 'commit'
    pacer.commit(state, facts)
    sound(checkState(pacer, 'commit', state))
  }

  private setGcPercent(gcPercent: number): void {
    if (gcPercent === this.facts.gcPercent) return
    this.facts.gcPercent = gcPercent
    this.commit()
  }

  private begin(heapLive: number, fraction: number, stackBytes: number): void {
    const { facts, pacer, state, plan } = this
    facts.maxStackScan = stackBytes
    facts.heapLive = facts.triggered = heapLive
    facts.heapScannable += Math.trunc((heapLive - facts.heapMarked) * fraction)
    facts.heapScanWork = facts.stackScanWork = facts.globalsScanWork = 0
    facts.marking = true
    this.hook = 'startCycle'
    pacer.startCycle(state, facts, plan)
    sound(checkPlan(pacer, plan, facts.procs))
    this.nature.beginCycle(plan.dedicatedWorkers / facts.procs, plan.fractionalGoal)
  }

  private reset(): void {
    const { facts } = this
    facts.heapMarked = facts.heapLive = facts.bytesMarked
    facts.heapScannable = facts.lastHeapScan = facts.heapScanWork
    facts.lastStackScan = facts.stackScanWork
    facts.triggered = Number.POSITIVE_INFINITY
    facts.marking = facts.sweepDone = false
  }

  private aim(): void {
    this.hook = 'goals'
    this.pacer.goals(this.state, this.facts, this.goals)
    sound(checkGoals(this.pacer, this.goals))
  }

  private revised(): number {
    this.hook = 'revise'
    const ratio = this.pacer.revise(this.state, this.facts)
    sound(checkRatio(this.pacer, ratio))
    return ratio
  }
}
