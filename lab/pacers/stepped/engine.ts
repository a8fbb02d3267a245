/**
 * The stepped engine: drives a real pacer, as Go's own pacer tests do. Every 500 µs of simulated time all cores scan and allocate as the assist ratio divides them, and the
 * ratio is revised. There are no idle workers, and under a memory limit nothing is mapped but the heap.
 */
import type { Pacer } from '../../../gc/pacer/pacer.ts'
import { BLOCK_ROWS, type Block, type Simulation } from '../engine.ts'
import { bytes, type Field, rate, share } from '../fields.ts'
import { InputError } from '../input-error.ts'
import { globalsOf, type Scenario } from '../scenario.ts'
import { type Nature, smooth } from './nature.ts'
import { type Cycle, type Outcome, SteppedRun } from './run.ts'

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

export const GLOBAL_FIELDS = {
  gcPercent: { name: 'gogc', min: -1, max: 1e6, isWhole: true },
  memoryLimit: { ...bytes('memory_limit'), ifNull: Number.POSITIVE_INFINITY },
  procs: { name: 'cores', min: 1, max: 1024, isWhole: true },
  globals: bytes('globals_bytes'),
  initialHeap: bytes('initial_heap_bytes'),
} as const satisfies Record<string, Field>

export const COLUMNS = ['cycle', 'heap_live', 'trigger', 'peak', 'goal', 'scannable', 'gc_utilization'] as const

/** Throws an InputError, also while blocks are drawn: a pacer may answer nonsense. */
export function steppedSimulation(scenario: Scenario, pacer: Pacer): Simulation {
  globalsOf(scenario, GLOBAL_FIELDS) // found to be wrong now, and not when the first row is drawn

  function* blocks(): Iterable<Block> {
    const run = simulatedRun(scenario, pacer)
    const outcome = newOutcome()
    for (let from = 0; from < scenario.cycles; from += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, scenario.cycles - from)
      const columns: number[][] = COLUMNS.map(() => [])
      for (let cycle = from; cycle < from + rows; cycle++) {
        run(cycle, outcome)
        const { heapLive, trigger, peak, goal, scannable, utilization } = outcome
        const row = [cycle + 1, heapLive, trigger, peak, goal, scannable, utilization]
        row.forEach((value, column) => (columns[column] as number[]).push(value))
      }
      yield { rows, columns }
    }
  }

  return { columns: COLUMNS, cycles: scenario.cycles, blocks, remarks: () => [] }
}

/** A run by hand: each call is the next cycle. Throws an InputError, and so do the calls. */
export function simulatedRun(
  scenario: Scenario,
  pacer: Pacer,
  nature: Nature = smooth,
): (cycle: number, out: Outcome) => void {
  const { globals, initialHeap, ...config } = globalsOf(scenario, GLOBAL_FIELDS)
  const at = <T>(cycle: number, simulate: () => T): T => {
    try {
      return simulate()
    } catch (error) {
      throw new InputError(scenario.origin, `cycle ${cycle}`, (error as Error).message)
    }
  }
  const run = at(0, () => new SteppedRun(pacer, config, globals, initialHeap, nature))
  return (cycle, out) =>
    at(cycle, () => run.cycle(scenario.columns.map(column => column[cycle]) as unknown as Cycle, out))
}

export function newOutcome(): Outcome {
  return { heapLive: 0, trigger: 0, peak: 0, goal: 0, scannable: 0, work: 0, utilization: 0, assists: 0, r: 0 }
}
