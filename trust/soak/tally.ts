/** What a soak has done, over all its slices: a file of JSON that each slice goes on with. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../runtime/usage-error.ts'
import { type Configuration, labelsOf } from './configurations.ts'
import type { Outcome } from './trial.ts'

export interface TallyData {
  readonly schema: 1
  /** By seed: how many of its programs are done. */
  readonly seeds: Record<string, number>
  seconds: number
  programs: number
  runs: number
  cycles: number
  /** Objects compared, field by field. */
  objects: number
  bytesAllocated: number
  goroutines: number
  operations: number
  /** Times that, with all other goroutines at an end, the heap was compared to the byte. */
  censuses: number
  /** Allocations that small arenas and faults refused. */
  refused: number
  failures: number
  /** Runs by dimension and value. */
  readonly configurations: Record<string, Record<string, number>>
}

const EMPTY = {
  seconds: 0,
  programs: 0,
  runs: 0,
  cycles: 0,
  objects: 0,
  bytesAllocated: 0,
  goroutines: 0,
  operations: 0,
  censuses: 0,
  refused: 0,
  failures: 0,
}

/** Throws a UsageError for a file that holds something else: it would be overwritten. */
function tallyIn(file: string): TallyData {
  try {
    const data = JSON.parse(readFileSync(file, 'utf8')) as Partial<TallyData> | null
    if (data?.schema === 1 && typeof data.seeds === 'object' && typeof data.programs === 'number')
      return data as TallyData
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new UsageError(`--tally: ${file} is no tally of a soak`)
}

export class Tally {
  readonly data: TallyData
  readonly #file: string | null

  /** `file`: where it is kept, and goes on if it is there; null: nowhere. */
  constructor(file: string | null) {
    this.#file = file
    this.data =
      file !== null && existsSync(file) ? tallyIn(file) : { schema: 1, seeds: {}, ...EMPTY, configurations: {} }
  }

  /** Programs of a seed that are done. */
  doneOf(seed: number): number {
    return this.data.seeds[seed] ?? 0
  }

  /** Counts a run. */
  addRun(configuration: Configuration, { record, totals, failure }: Outcome): void {
    const { data } = this
    data.runs++
    data.cycles += record.cycles.length
    data.bytesAllocated += record.allocations.bytes
    data.objects += totals?.objects ?? 0
    data.goroutines += totals?.goroutines ?? 0
    data.operations += totals?.operations ?? 0
    data.censuses += totals?.censuses ?? 0
    data.refused += totals?.refused ?? 0
    if (failure !== null) data.failures++
    for (const [dimension, label] of labelsOf(configuration)) {
      const labels = (data.configurations[dimension] ??= {})
      labels[label] = (labels[label] ?? 0) + 1
    }
  }

  /** A program is done, and the file says so: a slice that is killed in the middle of one does it again. */
  addProgram(seed: number, seconds: number): void {
    this.data.programs++
    this.data.seconds = Math.round((this.data.seconds + seconds) * 1000) / 1000
    this.data.seeds[seed] = this.doneOf(seed) + 1
    if (this.#file === null) return
    // Whole, or not at all.
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.data, null, 1)}\n`)
    renameSync(`${this.#file}.new`, this.#file)
  }

  summary(): string {
    const { data } = this
    return `${data.programs} programs, ${data.runs} runs, ${data.cycles} cycles, ${data.objects} objects checked, ${data.failures} failures`
  }
}
