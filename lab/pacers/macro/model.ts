/**
 * The macro engine: one step for each cycle, in which the program allocates smoothly and assists
 * are perfect.
 *
 * It is the model of the simulator behind golang/go#44167 (mknyszek/pacer-model), and its
 * arithmetic is that of the original to the last bit. So the order of operations and the places
 * where fractions are dropped matter. `old` is the pacer of Go 1.14 to 1.17, `new` the redesign as
 * proposed.
 *
 * 1. All that was allocated before the trigger dies.
 * 2. What was allocated while marking survives one more cycle.
 * 3. The rest of the live heap grows by the growth rate.
 */
import { bytes, type Field, rate, share } from '../fields.ts'

/**
 * The fields of one cycle, in the order of the columns. Rates are bytes for each second of CPU, in
 * any unit that is the same for both.
 */
export const CYCLE_FIELDS: readonly Field[] = [
  rate('alloc_rate'),
  rate('scan_rate', Number.MIN_VALUE),
  rate('growth_rate'),
  share('scannable_frac'),
  bytes('stack_bytes'),
  // A floor for the goal; at 0 and below there is none.
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
  /** Bytes that live at the first mark. */
  readonly initialHeap: number
}

/** Columns of some cycles' output. They are at least as long as the block that is simulated. */
export interface Rows {
  /**
   * The r that placed the trigger: bytes allocated for each byte scanned. For `old`, the r that its
   * trigger amounts to.
   */
  readonly r: Float64Array
  /** Live heap and its scannable part, at the end of the cycle. */
  readonly live: Float64Array
  readonly scan: Float64Array
  readonly goal: Float64Array
  /** Share of the CPU while marking. */
  readonly utilization: Float64Array
  readonly trigger: Float64Array
  readonly peak: Float64Array
  /**
   * 1 if the trigger lies above the goal. The difference is taken as 0 then; in the original it
   * wraps.
   */
  readonly saturated: Uint8Array
}

export interface Model {
  /** The share of the CPU at which it aims. */
  readonly targetUtilization: number
  /**
   * Simulates the next cycles: those of the columns from `from` to before `to`, into rows from 0
   * on. Each block must follow the one before.
   */
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

/**
 * The heap, which is the same for both pacers. Sizes are in bytes, at the end of the last cycle.
 */
export class ModelHeap {
  live = 0
  /** Its scannable part. */
  scan = 0
  isFirst = true
  /** Bytes allocated during the last mark, and their scannable part. */
  private black = 0
  private blackScan = 0
  private readonly globals: Globals

  constructor(globals: Globals) {
    this.globals = globals
  }

  /**
   * Bytes that this cycle has to scan. All that was scannable grows, with what was allocated black.
   */
  work(growth: number, stack: number): number {
    const heap = this.isFirst ? this.globals.initialHeap : Math.trunc(this.scan * growth)
    return heap + stack + this.globals.globals
  }

  /** Ends the cycle. `black` is what was allocated while it marked. */
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
