/**
 * The stepped engine: drives a real pacer, as Go's own pacer tests do.
 *
 * 1. Every 500 µs of simulated time all cores scan and allocate, as the assist ratio divides them.
 * 2. Then the ratio is revised.
 *
 * Under a memory limit only the heap is mapped. The CPU limiter is the collector's, and so are the
 * rules of credit (run.ts).
 */
import type { Pacer } from 'sawtooth/pacer'
import { itemAt } from '../../indexed.ts'
import { BLOCK_ROWS, type Block, type Simulation } from '../engine.ts'
import { bytes, type Field, rate, share } from '../fields.ts'
import { InputError } from '../input-error.ts'
import { Pace } from '../pace.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { type Nature, smooth } from './nature.ts'
import { type Cycle, type Outcome, SteppedRun } from './run.ts'

/** No real program has a rate or a factor beyond this, and results would not be numbers. */
const MOST = 1e9
const positive = (name: string): Field => ({ ...rate(name, 0.0001), max: MOST })
/** A TiB. A pacer may not answer a ratio of more than that to a byte. */
const size = (name: string): Field => ({ ...bytes(name), max: 2 ** 40 })

/** The fields of one cycle, in the order of the columns. Rates are KiB per CPU-millisecond. */
export const CYCLE_FIELDS: readonly Field[] = [
  positive('alloc_rate'),
  positive('scan_rate'),
  positive('growth_rate'),
  share('scannable_frac'),
  size('stack_bytes'),
  // GOGC from this cycle on. If it is left out, GOGC stays.
  { name: 'gogc', min: -1, max: 1e6, isWhole: true, ifMissing: Number.NaN },
  // An adversary: the program allocates faster by this factor for each byte of work that it owes
  // for a byte.
  { ...rate('assist_follow'), max: MOST, ifMissing: 0 },
  // The share of the CPU that the program leaves idle while the cycle marks. Idle workers have it.
  { ...share('idle_share'), ifMissing: 0 },
]
const GOGC = 5

export const GLOBAL_FIELDS = {
  gcPercent: { name: 'gogc', min: -1, max: 1e6, isWhole: true },
  memoryLimit: { ...bytes('memory_limit'), ifNull: Number.POSITIVE_INFINITY },
  procs: { name: 'cores', min: 1, max: 1024, isWhole: true },
  globals: size('globals_bytes'),
  initialHeap: size('initial_heap_bytes'),
  // 1: assists first take the credit of earlier steps. 0: they do not, as in Go's pacer tests.
  assistCredit: { name: 'assist_credit', min: 0, max: 1, isWhole: true, ifMissing: 0 },
} as const satisfies Record<string, Field>

export const COLUMNS = [
  ...['cycle', 'heap_live', 'trigger', 'peak', 'goal', 'scannable', 'gc_utilization'],
  'limited',
] as const

/**
 * Throws an InputError, also while blocks are drawn: a pacer may answer nonsense.
 *
 * @param say - is told how far a long simulation is
 */
export function steppedSimulation(
  scenario: Scenario,
  pacer: Pacer,
  say: (text: string) => void = () => {},
): Simulation {
  globalsOf(scenario, GLOBAL_FIELDS) // found to be wrong now, and not when the first row is drawn
  const limits = new Limits()

  function* blocks(): Iterable<Block> {
    const run = simulatedRun(scenario, pacer)
    const outcome = newOutcome()
    const pace = new Pace(scenario.cycles, say)
    for (let from = 0; from < scenario.cycles; from += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, scenario.cycles - from)
      const columns: number[][] = COLUMNS.map(() => [])
      for (let cycle = from; cycle < from + rows; cycle++) {
        run(cycle, outcome)
        pace.add(outcome.steps, cycle)
        limits.add(outcome, cycle)
        const { heapLive, trigger, peak, goal, scannable, utilization, isLimited } = outcome
        const row = [
          cycle + 1,
          heapLive,
          trigger,
          peak,
          goal,
          scannable,
          utilization,
          Number(isLimited),
        ]
        for (const [index, column] of columns.entries()) column.push(itemAt(row, index))
      }
      yield { rows, columns }
    }
  }

  return {
    columns: COLUMNS,
    cycles: scenario.cycles,
    blocks,
    remarks: () => limits.remarks(scenario),
  }
}

/** What the CPU limiter did in a run. */
class Limits {
  #first: number | null = null
  #cycles = 0
  #collectorMs = 0
  #busyMs = 0

  add({ isLimited, collectorMs, busyMs }: Outcome, cycle: number): void {
    if (isLimited) {
      this.#first ??= cycle
      this.#cycles++
    }
    if (this.#first === null) return
    this.#collectorMs += collectorMs
    this.#busyMs += busyMs
  }

  /** Rows have no length in time, so the collector's share of the CPU is said here. */
  remarks({ origin, cycles }: Scenario): string[] {
    if (this.#first === null) return []
    const share = Math.round((100 * this.#collectorMs) / this.#busyMs)
    return [
      `${origin}: the CPU limiter limits ${this.#cycles} of ${cycles} cycles; from the first of them on, cycle ${this.#first}, the collector has ${share} % of the CPU`,
    ]
  }
}

/** A run by hand: each call simulates the next cycle. Throws an InputError, and so do the calls. */
export function simulatedRun(
  scenario: Scenario,
  pacer: Pacer,
  nature: Nature = smooth,
): (cycle: number, out: Outcome) => void {
  const { gcPercent, memoryLimit, procs, ...program } = globalsOf(scenario, GLOBAL_FIELDS)
  const at = <T>(cycle: number, simulate: () => T): T => {
    try {
      return simulate()
    } catch (error) {
      throw new InputError(scenario.origin, `cycle ${cycle}`, (error as Error).message)
    }
  }
  const config = { gcPercent, memoryLimit, procs }
  const run = at(0, () => new SteppedRun(pacer, config, program, nature))
  const lastOn = scenario.columns[GOGC]?.findLastIndex(percent => percent >= 0) ?? -1
  let hasStarted = false
  return (cycle, out) =>
    at(cycle, () => {
      run.cycle(scenario.columns.map(column => column[cycle]) as unknown as Cycle, out)
      hasStarted ||= out.hasCycle
      if (!hasStarted && lastOn < cycle)
        throw new Error('no cycle ever starts: GOGC is off, and no memory limit has a say')
    })
}

export function newOutcome(): Outcome {
  return {
    ...{
      heapLive: 0,
      trigger: 0,
      peak: 0,
      goal: 0,
      scannable: 0,
      work: 0,
      utilization: 0,
      assists: 0,
      firstRatio: 0,
      creditLeft: 0,
      creditGiven: 0,
      r: 0,
    },
    ...{ hasCycle: false, isLimited: false, collectorMs: 0, busyMs: 0, steps: 0 },
  }
}
