/** What a soak has done, over all its slices: a file of JSON that each slice goes on with. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../runtime/errors/usage-error.ts'
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
  /**
   * Errors thrown on purpose and caught, and operations that overflowed the native stack near its
   * end.
   */
  caught: number
  overflowed: number
  /** Times that a program set the GC percent, and runs with a memory limit. */
  limitChanges: number
  limited: number
  /** Runs that ended with an error that was drawn, by its kind. */
  readonly ended: Record<string, number>
  /** Runs of which something could not be written. */
  unwritten: number
  /** Things that programs left on their threads. */
  left: number
  /** Runs of a Runtime that had run before, by how the run before them had ended. */
  readonly warm: Record<string, number>
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
  caught: 0,
  overflowed: 0,
  limitChanges: 0,
  limited: 0,
  unwritten: 0,
  left: 0,
}

/** Throws a UsageError for a file that holds something else: it would be overwritten. */
function tallyIn(file: string): Partial<TallyData> {
  try {
    const data = JSON.parse(readFileSync(file, 'utf8')) as Partial<TallyData> | null
    if (data?.schema === 1 && typeof data.seeds === 'object' && typeof data.programs === 'number')
      return data
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
    const before = file !== null && existsSync(file) ? tallyIn(file) : {}
    // A file of earlier days has not all of it.
    this.data = {
      schema: 1,
      seeds: {},
      ...EMPTY,
      ended: {},
      warm: {},
      configurations: {},
      ...before,
    }
  }

  /** Programs of a seed that are done. */
  doneOf(seed: number): number {
    return this.data.seeds[seed] ?? 0
  }

  /** Counts a run. */
  addRun(configuration: Configuration, { record, totals, failure, after }: Outcome): void {
    const { data } = this
    data.runs++
    data.cycles += record.cycles.length
    data.bytesAllocated += record.allocations.bytes
    data.objects += totals?.objects ?? 0
    data.goroutines += totals?.goroutines ?? 0
    data.operations += totals?.operations ?? 0
    data.censuses += totals?.censuses ?? 0
    data.refused += totals?.refused ?? 0
    data.caught += totals?.caught ?? 0
    data.overflowed += totals?.overflowed ?? 0
    data.limitChanges += totals?.changes ?? 0
    data.left += totals?.left ?? 0
    if ((configuration.memoryLimit ?? null) !== null) data.limited++
    if (record.unwritten.length > 0) data.unwritten++
    if (failure !== null) data.failures++
    else if (record.error !== null) count(data.ended, record.error.kind)
    if (after !== null) count(data.warm, after)
    for (const [dimension, label] of labelsOf(configuration)) {
      data.configurations[dimension] ??= {}
      count(data.configurations[dimension], label)
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

  /** What fits on a line of a terminal. */
  brief(): string {
    const { programs, runs, objects, failures } = this.data
    return `${programs} programs, ${runs} runs, ${objects} objects checked, ${failures} failures`
  }

  summary(): string {
    const { data } = this
    const warm = Object.entries(data.warm).filter(([after]) => after !== 'success')
    const parts = [
      `${data.programs} programs, ${data.runs} runs, ${data.cycles} cycles, ${data.objects} objects checked`,
      `${sumOf(data.warm)} runs of a warm Runtime${listOf('after', Object.fromEntries(warm))}`,
      `${data.caught} errors caught, ${data.overflowed} overflows`,
      `${sumOf(data.ended)} runs ended on purpose${listOf('by', data.ended)}`,
      `${data.limited} runs with a memory limit, ${data.limitChanges} changes of the GC percent`,
      `${data.unwritten} runs with lost outputs, ${data.left} leftovers`,
      `${data.failures} failures`,
    ]
    return parts.join('; ')
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0)
}

/** ` (after error 3, abort 1)`; nothing if there is none. */
function listOf(how: string, counts: Readonly<Record<string, number>>): string {
  const said = Object.entries(counts).map(([name, one]) => `${name} ${one}`)
  return said.length === 0 ? '' : ` (${how} ${said.join(', ')})`
}
