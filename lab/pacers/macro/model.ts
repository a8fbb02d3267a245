/**
 * The macro engine: one step for each cycle, in which the program allocates smoothly and assists are perfect. It is the model of the simulator behind golang/go#44167
 * (mknyszek/pacer-model), its arithmetic to the last bit: the order of operations and the places where fractions are dropped matter. `old` is the pacer of Go
 * 1.14 to 1.17, `new` the redesign as proposed.
 *
 * What dies: all that was allocated before the trigger; what was allocated while marking survives one more cycle. The rest of the live heap grows by the
 * growth rate.
 */
import { bytes, type Field, rate, share } from '../fields.ts'

/** Of one cycle, in the order of the columns. Rates: bytes for each second of CPU, of any unit that is the same for both. */
export const CYCLE_FIELDS: readonly Field[] = [
  rate('alloc_rate'),
  rate('scan_rate', Number.MIN_VALUE),
  rate('growth_rate'),
  share('scannable_frac'),
  bytes('stack_bytes'),
  // A floor for the goal; 0 and less: none.
  { ...bytes('heap_target'), min: -Number.MAX_SAFE_INTEGER },
]

type Column = Float64Array
/** The columns of `CYCLE_FIELDS`. */
export type CycleColumns = readonly [Column, Column, Column, Column, Column, Column]

export const GLOBAL_FIELDS = {
  gamma: { ...rate('gamma', 1), max: 1e6 },
  globals: bytes('globals_bytes'),
  initialHeap: bytes('init_live_heap'),
} as const satisfies Record<string, Field>

/** What is the same in each cycle. */
export interface Globals {
  /** γ = 1 + GOGC/100. */
  readonly gamma: number
  readonly globals: number
  /** Live bytes at the first mark. */
  readonly initialHeap: number
}

/** Columns of some cycles' output, at least as long as the block that is simulated. */
export interface Rows {
  /** The r that placed the trigger: bytes allocated for each byte scanned. Of `old`, what its trigger amounts to. */
  readonly r: Float64Array
  /** Live heap, and scannable part of it, at the end of the cycle. */
  readonly live: Float64Array
  readonly scan: Float64Array
  readonly goal: Float64Array
  /** Share of the CPU while marking. */
  readonly utilization: Float64Array
  readonly trigger: Float64Array
  readonly peak: Float64Array
  /** 1 where the trigger lies above the goal: the difference is taken as 0, where the original wraps. */
  readonly saturated: Uint8Array
}

export interface Model {
  /** The share of the CPU that it aims at. */
  readonly targetUtilization: number
  /** The next cycles: those of the columns from `from` to before `to`, into rows from 0 on. Blocks must follow each other. */
  advance(columns: readonly Float64Array[], from: number, to: number, rows: Rows): void
}

export function newRows(length: number): Rows {
  const column = (): Float64Array => new Float64Array(length)
  return {
    ...{ r: column(), live: column(), scan: column(), goal: column() },
    ...{
      utilization: column(),
      trigger: column(),
      peak: column(),
      saturated: new Uint8Array(length),
    },
  }
}

/** The heap, which is the same for both pacers. Sizes in bytes, at the end of the last cycle. */
export class ModelHeap {
  live = 0
  /** Scannable part of it. */
  scan = 0
  isFirst = true
  /** Allocated during the last mark, and the scannable part of it. */
  private black = 0
  private blackScan = 0
  private readonly globals: Globals

  constructor(globals: Globals) {
    this.globals = globals
  }

  /** What this cycle has to scan: growth is of all that was scannable, what was allocated black included. */
  work(growth: number, stack: number): number {
    const heap = this.isFirst ? this.globals.initialHeap : Math.trunc(this.scan * growth)
    return heap + stack + this.globals.globals
  }

  /** So much was allocated while it marked. */
  survive(black: number, growth: number, fraction: number): void {
    const blackScan = Math.trunc(black * fraction)
    if (this.isFirst) {
      this.live = this.globals.initialHeap + black
      this.scan = Math.trunc(this.live * fraction)
    } else {
      this.live = Math.trunc((this.live - this.black) * growth) + black
      this.scan = Math.trunc((this.scan - this.blackScan) * growth) + blackScan
    }
    this.black = black
    this.blackScan = blackScan
    this.isFirst = false
  }
}
