/**
 * The stepped engine: drives a real pacer, as Go's own pacer tests do. Every 500 µs of simulated time all cores scan and allocate as the assist ratio divides them, and the
 * ratio is revised. There are no idle workers, and under a memory limit nothing is mapped but the heap.
 */
import { checkGoals, checkPlan, checkRatio, checkState } from '../../../gc/pacer/check.ts'
import { type Facts, type Goals, newFacts, type Pacer, type PacerConfig, type Plan } from '../../../gc/pacer/pacer.ts'
import { BLOCK_ROWS, type Block, type Simulation } from '../engine.ts'
import { bytes, type Field, rate, share } from '../fields.ts'
import { InputError } from '../input-error.ts'
import { globalsOf, type Scenario } from '../scenario.ts'

/** Of one cycle, in the order of the columns. Rates: KiB per CPU-millisecond. */
export const CYCLE_FIELDS: readonly Field[] = [
  rate('alloc_rate', 0.0001),
  rate('scan_rate', 0.0001),
  rate('growth_rate', 0.0001),
  share('scannable_frac'),
  bytes('stack_bytes'),
  // From this cycle on; where it is left out, GOGC stays.
  { name: 'gogc', min: -1, max: 1e6, isWhole: true, ifMissing: Number.NaN },
  // An adversary: the program allocates faster by so much for each byte of work that it owes for a byte.
  { ...rate('assist_follow'), ifMissing: 0 },
]

type Cycle = [number, number, number, number, number, number, number]

const GLOBAL_FIELDS = {
  gcPercent: { name: 'gogc', min: -1, max: 1e6, isWhole: true },
  memoryLimit: { ...bytes('memory_limit'), ifNull: Number.POSITIVE_INFINITY },
  procs: { name: 'cores', min: 1, max: 1024, isWhole: true },
  globals: bytes('globals_bytes'),
  initialHeap: bytes('initial_heap_bytes'),
} as const satisfies Record<string, Field>

export const COLUMNS = ['cycle', 'heap_live', 'trigger', 'peak', 'goal', 'scannable', 'gc_utilization'] as const

const PERIOD_NS = 500_000
/** Bytes that a core moves in a period at 1 KiB per CPU-millisecond. */
const BYTES_PER_PERIOD = 512
const BACKGROUND = 0.25
/** A cycle that takes longer than this is one whose mark does not end: a day of simulated time. */
const MOST_PERIODS = (86_400 * 1e9) / PERIOD_NS

/** Throws an InputError, also while blocks are drawn: a pacer may answer nonsense. */
export function steppedSimulation(scenario: Scenario, pacer: Pacer): Simulation {
  const { globals, initialHeap, ...config } = globalsOf(scenario, GLOBAL_FIELDS)

  function* blocks(): Iterable<Block> {
    const run = new SteppedRun(pacer, config, globals, initialHeap)
    for (let from = 0; from < scenario.cycles; from += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, scenario.cycles - from)
      const columns: number[][] = COLUMNS.map(() => [])
      for (let cycle = from; cycle < from + rows; cycle++) {
        try {
          run.cycle(scenario.columns, cycle, columns)
        } catch (error) {
          throw new InputError(scenario.origin, `cycle ${cycle}`, messageOf(pacer, error))
        }
      }
      yield { rows, columns }
    }
  }

  return { columns: COLUMNS, cycles: scenario.cycles, blocks, remarks: () => [] }
}

function messageOf(pacer: Pacer, error: unknown): string {
  if (error instanceof BadAnswer) return error.message
  return `pacer ${pacer.name} throws: ${error instanceof Error ? error.message : String(error)}`
}

class BadAnswer extends Error {}

function sound(complaint: string | null): void {
  if (complaint !== null) throw new BadAnswer(complaint)
}

/** A pacer, its state, and the heap that it paces. */
class SteppedRun {
  private readonly pacer: Pacer
  private readonly state: Float64Array
  private readonly facts: Facts
  private readonly goals: Goals = { trigger: 0, goal: 0, hardGoal: 0, committedGoal: 0, sweepDistance: 0 }
  private readonly plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  private readonly initialHeap: number
  /** Allocated while the last cycle marked: taken as garbage in this one. */
  private blackLast = 0
  private isFirst = true

  constructor(pacer: Pacer, config: PacerConfig, globals: number, initialHeap: number) {
    this.pacer = pacer
    this.initialHeap = initialHeap
    this.state = new Float64Array(pacer.stateNames.length)
    this.facts = newFacts(config)
    this.facts.globalsScan = globals
    pacer.init(config, this.state)
    pacer.commit(this.state, this.facts)
  }

  /** One cycle, to the end of its columns. */
  cycle(input: readonly Float64Array[], at: number, out: readonly number[][]): void {
    const { facts, pacer, state } = this
    const [allocRate, scan, growth, fraction, stack, gcPercent, follow] = input.map(column => column[at]) as Cycle
    const { procs, globalsScan } = facts
    if (!Number.isNaN(gcPercent)) this.setGcPercent(gcPercent)
    this.aim()
    if (this.goals.trigger === Number.POSITIVE_INFINITY)
      throw new BadAnswer('no cycle ever starts: GOGC is off, and no memory limit has a say')
    this.begin(Math.max(this.goals.trigger, facts.heapMarked), fraction, stack)
    let ratio = this.revised()

    const old = Math.trunc((facts.heapMarked - this.blackLast) * growth)
    const nextMarked = this.isFirst ? this.initialHeap : old
    let globalsLeft = globalsScan
    let stackLeft = stack
    let heapLeft = Math.trunc(nextMarked * fraction)
    let black = 0
    let durationNs = 0
    let assistNs = 0
    for (let period = 0; globalsLeft + stackLeft + heapLeft > 0; period++) {
      if (period > MOST_PERIODS) throw new BadAnswer('the mark does not end within a day')
      const alloc = allocRate * (1 + follow * ratio)
      const utilization = Math.max((ratio * alloc) / (ratio * alloc + scan), BACKGROUND)
      const capacity = scan * BYTES_PER_PERIOD * procs * utilization
      const scanned = Math.trunc(capacity)
      const fromGlobals = Math.min(scanned, globalsLeft)
      const fromStack = Math.min(scanned - fromGlobals, stackLeft)
      const fromHeap = Math.min(scanned - fromGlobals - fromStack, heapLeft)
      const actual = fromGlobals + fromStack + fromHeap
      let allocated = Math.trunc(alloc * BYTES_PER_PERIOD * procs * (1 - utilization))
      let elapsedNs = PERIOD_NS
      if (actual < scanned) {
        elapsedNs = Math.trunc((actual * PERIOD_NS) / capacity)
        allocated = Math.trunc(((alloc * BYTES_PER_PERIOD * elapsedNs) / PERIOD_NS) * procs * (1 - utilization))
      }
      globalsLeft -= fromGlobals
      stackLeft -= fromStack
      heapLeft -= fromHeap
      facts.heapLive += allocated
      facts.heapScannable += Math.trunc(allocated * fraction)
      facts.heapScanWork += fromHeap
      facts.stackScanWork += fromStack
      facts.globalsScanWork += fromGlobals
      ratio = this.revised()
      assistNs += Math.trunc(elapsedNs * procs * (utilization - BACKGROUND))
      durationNs += elapsedNs
      black += allocated
    }
    this.aim()
    const cpuNs = durationNs * procs
    const row = [
      ...[at + 1, facts.heapMarked, facts.triggered, facts.heapLive, this.goals.goal],
      Math.trunc((facts.heapMarked - this.blackLast) * fraction),
      (cpuNs > 0 ? assistNs / cpuNs : 0) + BACKGROUND,
    ]
    row.forEach((value, column) => (out[column] as number[]).push(value))

    facts.markDurationNs = durationNs
    facts.assistTimeNs = assistNs
    facts.dedicatedTimeNs = Math.trunc(cpuNs * BACKGROUND)
    facts.bytesMarked = nextMarked + black
    pacer.endCycle(state, facts)
    sound(checkState(pacer, 'endCycle', state))
    this.reset()
    pacer.commit(state, facts)
    sound(checkState(pacer, 'commit', state))
    this.blackLast = black
    this.isFirst = false
  }

  private setGcPercent(gcPercent: number): void {
    const { facts, pacer, state } = this
    if (gcPercent === facts.gcPercent) return
    facts.gcPercent = gcPercent
    pacer.commit(state, facts)
    sound(checkState(pacer, 'commit', state))
  }

  private begin(heapLive: number, fraction: number, stackBytes: number): void {
    const { facts, pacer, state, plan } = this
    facts.maxStackScan = stackBytes
    facts.heapLive = facts.triggered = heapLive
    facts.heapScannable += Math.trunc((heapLive - facts.heapMarked) * fraction)
    facts.heapScanWork = facts.stackScanWork = facts.globalsScanWork = 0
    facts.marking = true
    pacer.startCycle(state, facts, plan)
    sound(checkPlan(pacer, plan, facts.procs))
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
    this.pacer.goals(this.state, this.facts, this.goals)
    sound(checkGoals(this.pacer, this.goals))
  }

  private revised(): number {
    const ratio = this.pacer.revise(this.state, this.facts)
    sound(checkRatio(this.pacer, ratio))
    return ratio
  }
}
