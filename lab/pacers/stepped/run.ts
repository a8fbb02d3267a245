/**
 * A pacer and the heap that it paces, entry by entry of a scenario (stepped/engine.ts).
 *
 * 1. The cycle starts at the pacer's trigger, or at once if the heap is past it, as in Go.
 * 2. It marks what survives: what the last cycle marked, without what was allocated during that
 *    mark, times the scenario's growth. What is allocated meanwhile counts as marked too. The mark
 *    goes on in periods until globals, stacks and heap are scanned.
 * 3. At its end the pacer is told what was marked, and commits the next trigger and goal.
 * 4. An entry has no cycle if the pacer's trigger is infinite: GOGC is off, and no limit has a say.
 *    Then the program goes on without one (goOn), and the next cycle finds a heap that is larger by
 *    that.
 *
 * Credit is the collector's (gc/work/assist.ts), in one account for all goroutines:
 *
 *     credit   what was scanned in this cycle, less what allocation owed: ratio · bytes
 *
 * Assists make up for what workers leave owing, so it never falls below 0. What is left at the end
 * is told to the pacer. Go's pacer tests know no credit: each step's assists pay for what the step
 * itself owes. A scenario's `assist_credit` lets them first take the credit of earlier steps, and
 * what idle workers scan in the same step.
 *
 * The CPU limiter is the collector's own (gc/pacer/cpu-bucket.ts). Marking and assists fill its
 * bucket, and the program empties it, also between cycles. While the limiter limits, no goroutine
 * assists, the heap may pass its goal, and cycles do not follow each other at once.
 */

import { checkGoals, checkPlan, checkRatio, checkState } from 'sawtooth/internal/gc/pacer/check'
import {
  bucketCapacityMs,
  type CpuBucket,
  fillBucket,
  limitedTrigger,
} from 'sawtooth/internal/gc/pacer/cpu-bucket'
import { HEAP_MINIMUM } from 'sawtooth/internal/gc/pacer/go-goal'
import { BACKGROUND_UTILIZATION as BACKGROUND } from 'sawtooth/internal/gc/pacer/worker-counts'
import {
  type Facts,
  type Goals,
  newFacts,
  type Pacer,
  type PacerConfig,
  type Plan,
} from 'sawtooth/pacer'
import { cellAt } from '../../indexed.ts'
import { KiB } from '../../units.ts'
import { type Nature, smooth } from './nature.ts'

const PERIOD_NS = 500_000
/** Bytes that a core moves in a period at 1 KiB per CPU-millisecond. */
const BYTES_PER_PERIOD = 512
/**
 * The most steps of a mark: a minute of simulated time, which no mark of a real heap takes, and a
 * tenth of a second of ours.
 */
export const MOST_PERIODS = 120_000
const NS_PER_MS = 1e6
/** The GOGC of an entry without a cycle, if none was on before. */
const USUAL_GC_PERCENT = 100

/** One cycle of the input: the values of its columns, in the order of the fields. */
export type Cycle = readonly [
  allocRate: number,
  scanRate: number,
  growth: number,
  fraction: number,
  stack: number,
  gcPercent: number,
  follow: number,
  idle: number,
]

/** What stays the same of the program, in all of its cycles. */
export interface Program {
  /** Bytes of globals. */
  readonly globals: number
  /** Bytes that live in the first cycle. */
  readonly initialHeap: number
  /** 1: assists take the credit of earlier steps; 0: they do not. */
  readonly assistCredit: number
}

/** The result of a cycle. Sizes in bytes. */
export interface Outcome {
  /**
   * False if no cycle started. Trigger and goal are infinite then, and the peak is the heap at the
   * end.
   */
  hasCycle: boolean
  /** Bytes that the cycle before marked. */
  heapLive: number
  trigger: number
  peak: number
  goal: number
  scannable: number
  /** Bytes scanned: heap, stacks and globals. */
  work: number
  /** Whether the CPU limiter limited at some time of the mark. */
  isLimited: boolean
  /**
   * CPU time of the collector, and of collector and program, since the last entry: ms of all Ps
   * together. Idle time is in neither.
   */
  collectorMs: number
  busyMs: number
  /** How many steps of 500 µs the mark took. */
  steps: number
  /** Share of the CPU that marking took: the background and assists. */
  utilization: number
  /** Share of the CPU that assists took. */
  assists: number
  /** Assist ratio at the start of the mark. */
  firstRatio: number
  /** Credit that is left at its end, in bytes of scan work. */
  creditLeft: number
  /** Credit that workers and idle time gave: what they scanned, in bytes. */
  creditGiven: number
  /**
   * Bytes allocated for each byte scanned while a quarter of the CPU marks, as the pacer's
   * controller had it when the cycle began. NaN for a pacer that has none.
   */
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
  private readonly goals: Goals = {
    trigger: 0,
    goal: 0,
    hardGoal: 0,
    committedGoal: 0,
    sweepDistance: 0,
  }
  private readonly plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  private readonly program: Program
  private readonly nature: Nature
  /** Bytes allocated while the last cycle marked. They are garbage in this one. */
  private blackLast = 0
  private isFirst = true
  /** As in Outcome. */
  private collectorMs = 0
  private busyMs = 0
  /** The growth of what survives, since the last mark. */
  private growthSince = 1
  /** The last GOGC that was on. */
  private lastGcPercent = USUAL_GC_PERCENT
  private readonly bucket: CpuBucket = { levelMs: 0, isLimiting: false }
  private readonly rSlot: number
  /** The slot of cons/mark, which is the same ratio for equal shares of the CPU. */
  private readonly consMarkSlot: number
  /** The pacer's hook that is being called. */
  private hook = 'init'

  constructor(pacer: Pacer, config: PacerConfig, program: Program, nature: Nature = smooth) {
    this.pacer = pacer
    this.nature = nature
    this.program = program
    this.state = new Float64Array(pacer.stateNames.length)
    this.rSlot = pacer.stateNames.indexOf('r')
    this.consMarkSlot = pacer.stateNames.indexOf('consMark')
    this.facts = newFacts(config)
    this.facts.globalsScan = program.globals
    if (config.gcPercent >= 0) this.lastGcPercent = config.gcPercent
    try {
      pacer.init(config, this.state)
      this.commit()
    } catch (error) {
      throw this.named(error)
    }
  }

  /**
   * Simulates one entry. Throws an Error that names pacer and hook if the pacer answers nonsense or
   * throws.
   */
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

  private simulate(cycle: Cycle, out: Outcome): void {
    const [allocRate, , growth, fraction, stack, gcPercent] = cycle
    if (!Number.isNaN(gcPercent)) this.setGcPercent(gcPercent)
    this.aim()
    this.collectorMs = 0
    this.growthSince *= growth
    out.heapLive = this.facts.heapMarked
    out.hasCycle = this.goals.trigger !== Number.POSITIVE_INFINITY
    const start = out.hasCycle ? this.start(allocRate) : this.facts.heapLive + this.own()
    this.busyMs = (start - this.facts.heapLive) / (allocRate * KiB)
    fillBucket(this.bucket, 0, this.busyMs, this.capacityMs())
    if (out.hasCycle) {
      this.begin(start, fraction, stack)
      this.mark(cycle, out)
      this.end()
    } else this.goOn(start, fraction, out)
    out.collectorMs = this.collectorMs
    out.busyMs = this.busyMs
  }

  /**
   * The heap at which the cycle starts. A limited collector first lets it grow, until the program
   * has emptied the bucket and nothing is limited.
   */
  private start(allocRate: number): number {
    const { facts, goals, bucket } = this
    const start = Math.max(goals.trigger, facts.heapLive)
    if (!bucket.isLimiting) return start
    const whileLimited = facts.heapLive + Math.ceil(bucket.levelMs * allocRate * KiB)
    return Math.max(start, Math.min(Math.trunc(limitedTrigger(facts.heapMarked)), whileLimited))
  }

  /**
   * What the program allocates in an entry without a cycle: as much as it would up to the goal of
   * the last GOGC that was on.
   */
  private own(): number {
    return Math.trunc((Math.max(this.facts.heapMarked, HEAP_MINIMUM) * this.lastGcPercent) / 100)
  }

  private goOn(heapLive: number, fraction: number, out: Outcome): void {
    const { facts } = this
    this.allocate(heapLive - facts.heapLive, fraction)
    facts.sweepDone = true // allocation has swept meanwhile
    out.trigger = out.goal = Number.POSITIVE_INFINITY
    out.peak = facts.heapLive
    out.scannable = Math.trunc((facts.heapMarked - this.blackLast) * fraction)
    out.work = out.utilization = out.assists = out.steps = 0
    out.firstRatio = out.creditLeft = out.creditGiven = 0
    out.isLimited = false
    out.r = Number.NaN
  }

  /** The capacity of the limiter's bucket under this goal. */
  private capacityMs(): number {
    return bucketCapacityMs(this.facts.procs, this.goals.goal, this.facts.heapMarked)
  }

  /** Bytes that the cycle marks, without those that are allocated meanwhile. */
  private survivors(): number {
    const old = Math.trunc((this.facts.heapMarked - this.blackLast) * this.growthSince)
    const bytes = this.isFirst ? this.program.initialHeap : old
    if (bytes <= Number.MAX_SAFE_INTEGER) return bytes
    throw new BadAnswer('growth_rate: the heap grows beyond what a number holds')
  }

  private mark(cycle: Cycle, out: Outcome): void {
    const [allocRate, scan, , fraction, stack, , follow, idleShare] = cycle
    const { facts, nature, bucket } = this
    const { procs, globalsScan } = facts
    out.r = this.controllerR()
    let isLimited = false
    let ratio = this.revised()
    out.firstRatio = ratio

    const nextMarked = this.survivors()
    const capacityMs = this.capacityMs()
    const msOfNs = procs / NS_PER_MS
    if (Math.trunc(scan * BYTES_PER_PERIOD * procs * BACKGROUND) === 0)
      throw new BadAnswer('no byte is scanned in a period of 500 µs: scan_rate is too low')
    let globalsLeft = globalsScan
    let stackLeft = stack
    let heapLeft = Math.trunc(nextMarked * fraction)
    const planned = this.plannedShare()
    let credit = 0
    let given = 0
    let black = 0
    let durationNs = 0
    let backgroundNs = 0
    let assistNs = 0
    let idleNs = 0
    let programMs = 0
    let period = 0
    for (; globalsLeft + stackLeft + heapLeft > 0; period++) {
      if (period === MOST_PERIODS) throw this.endless(cycle, globalsLeft, stackLeft)
      const background = nature.backgroundShare(planned)
      const idling = nature.idleShare() + idleShare
      let known = nature.ratioKnown(ratio)
      let owed = ratio
      if (bucket.isLimiting) {
        known = owed = 0
        isLimited = true
      }
      const alloc = allocRate * (1 + follow * owed) * nature.allocationFactor()
      const due = this.isCreditTaken
        ? (known * alloc - credit / (BYTES_PER_PERIOD * procs)) / (known * alloc + scan) - idling
        : (known * alloc) / (known * alloc + scan)
      const utilization = Math.max(due, background)
      const idle = Math.min(idling, 1 - utilization)
      const capacity = scan * BYTES_PER_PERIOD * procs * (utilization + idle)
      const scanned = Math.trunc(capacity)
      const program = 1 - utilization - idle
      const unpaid = (background + idle) / (utilization + idle)
      const fromGlobals = Math.min(scanned, globalsLeft)
      const fromStack = Math.min(scanned - fromGlobals, stackLeft)
      const fromHeap = Math.min(scanned - fromGlobals - fromStack, heapLeft)
      const actual = fromGlobals + fromStack + fromHeap
      let allocated = Math.trunc(alloc * BYTES_PER_PERIOD * procs * program)
      let elapsedNs = PERIOD_NS
      if (actual < scanned) {
        elapsedNs = Math.trunc((actual * PERIOD_NS) / capacity)
        allocated = Math.trunc(
          ((alloc * BYTES_PER_PERIOD * elapsedNs) / PERIOD_NS) * procs * program,
        )
      }
      globalsLeft -= fromGlobals
      stackLeft -= fromStack
      heapLeft -= fromHeap
      this.allocate(allocated, fraction)
      given += actual * unpaid
      credit = Math.max(credit + actual - known * allocated, 0)
      facts.heapScanWork += fromHeap
      facts.stackScanWork += fromStack
      facts.globalsScanWork += fromGlobals
      ratio = this.revised()
      const ownMs = elapsedNs * msOfNs * program
      fillBucket(bucket, elapsedNs * msOfNs * utilization, ownMs, capacityMs)
      programMs += ownMs
      backgroundNs += elapsedNs * procs * background
      assistNs += Math.trunc(elapsedNs * procs * (utilization - background))
      idleNs += Math.trunc(elapsedNs * procs * idle)
      durationNs += elapsedNs
      black += allocated
    }
    // Nothing is left to mark, so no goroutine assists, and the mark is not over. Workers keep the
    // share that was planned. Goroutines pay with the credit that is left.
    const awayNs = nature.awayNs()
    if (awayNs > 0) {
      const allocated = Math.trunc(
        ((allocRate * BYTES_PER_PERIOD * awayNs) / PERIOD_NS) * procs * (1 - planned),
      )
      backgroundNs += awayNs * procs * planned
      this.allocate(allocated, fraction)
      if (!bucket.isLimiting) credit = Math.max(credit - ratio * allocated, 0)
      const ownMs = awayNs * msOfNs * (1 - planned)
      fillBucket(bucket, awayNs * msOfNs * planned, ownMs, capacityMs)
      programMs += ownMs
      durationNs += awayNs
      black += allocated
    }
    this.aim()
    const cpuNs = durationNs * procs
    this.collectorMs = (backgroundNs + assistNs) / NS_PER_MS
    this.busyMs += this.collectorMs + programMs
    out.steps = period
    out.isLimited = isLimited
    out.trigger = facts.triggered
    out.peak = facts.heapLive
    out.goal = this.goals.goal
    out.scannable = Math.trunc((facts.heapMarked - this.blackLast) * fraction)
    out.work = facts.heapScanWork + facts.stackScanWork + facts.globalsScanWork
    out.assists = cpuNs > 0 ? assistNs / cpuNs : 0
    out.utilization = out.assists + (cpuNs > 0 ? backgroundNs / cpuNs : planned)

    facts.markDurationNs = durationNs
    facts.assistTimeNs = assistNs
    facts.idleTimeNs = idleNs
    facts.creditLeft = out.creditLeft = Math.trunc(credit)
    out.creditGiven = Math.trunc(given)
    // With the fractional workers' time: a nature does not tell the kinds apart.
    facts.dedicatedTimeNs = Math.trunc(backgroundNs)
    facts.bytesMarked = nextMarked + black
    this.blackLast = black
    this.isFirst = false
    this.growthSince = 1
  }

  private get isCreditTaken(): boolean {
    return this.program.assistCredit !== 0
  }

  /** The share of the CPU that the plan gives to workers. */
  private plannedShare(): number {
    const { dedicatedWorkers, fractionalGoal } = this.plan
    return Math.min(dedicatedWorkers / this.facts.procs + fractionalGoal, 1)
  }

  /**
   * Names the field that is to blame: what is left, or what was grown, or else how slowly it is
   * scanned.
   */
  private endless([, , growth]: Cycle, globalsLeft: number, stackLeft: number): BadAnswer {
    if (this.plannedShare() === 0)
      return new BadAnswer(
        `pacer ${this.pacer.name}: startCycle plans no workers, and assists do not end the mark within ${MOST_PERIODS} steps of 500 µs`,
      )
    let field = 'scan_rate is too low'
    if (globalsLeft > 0) field = 'globals_bytes is too high'
    else if (stackLeft > 0) field = 'stack_bytes is too high'
    else if (this.isFirst) field = 'initial_heap_bytes is too high'
    else if (growth > 1) field = 'growth_rate is too high'
    return new BadAnswer(
      `the mark does not end within ${MOST_PERIODS} steps of 500 µs: ${field}, for this scan_rate`,
    )
  }

  private controllerR(): number {
    const { state, rSlot, consMarkSlot } = this
    if (rSlot >= 0) return cellAt(state, rSlot)
    return consMarkSlot >= 0
      ? cellAt(state, consMarkSlot) * ((1 - BACKGROUND) / BACKGROUND)
      : Number.NaN
  }

  private allocate(bytes: number, fraction: number): void {
    this.facts.heapLive += bytes
    // Not written with >, so that NaN is refused too.
    if (!(this.facts.heapLive <= Number.MAX_SAFE_INTEGER))
      throw new BadAnswer('alloc_rate: the heap grows beyond what a number holds')
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
    if (gcPercent >= 0) this.lastGcPercent = gcPercent
    if (gcPercent === this.facts.gcPercent) return
    this.facts.gcPercent = gcPercent
    this.commit()
  }

  private begin(heapLive: number, fraction: number, stackBytes: number): void {
    const { facts, pacer, state, plan } = this
    facts.maxStackScan = stackBytes
    facts.heapScannable += Math.trunc((heapLive - facts.heapLive) * fraction)
    facts.heapLive = facts.triggered = heapLive
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
