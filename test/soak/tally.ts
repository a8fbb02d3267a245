/** What a soak has done over all its slices. It is a JSON file, which each slice continues. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { type Configuration, labelsOf } from './configurations.ts'
import type { Outcome } from './trial.ts'

export interface TallyData {
  readonly schema: 1
  /** How many programs are done, by seed. */
  readonly seeds: Record<string, number>
  seconds: number
  programs: number
  runs: number
  cycles: number
  /** How many objects were compared, field by field. */
  objects: number
  bytesAllocated: number
  goroutines: number
  operations: number
  /** How often the heap was compared to the byte, after all other goroutines had ended. */
  censuses: number
  /** How many allocations small arenas and faults refused. */
  refused: number
  failures: number
  /**
   * How many errors were thrown on purpose and caught, and how many operations overflowed the
   * native stack near its end.
   */
  caught: number
  overflowed: number
  /** How often a program set the GC percent, and how many runs had a memory limit. */
  limitChanges: number
  limited: number
  /** How many runs ended with an error that was drawn, by its kind. */
  readonly ended: Record<string, number>
  /** How many runs had an output that could not be written. */
  unwritten: number
  /** How many things programs left on their threads. */
  left: number
  /** How many runs followed another in the same Runtime, by how that one had ended. */
  readonly warm: Record<string, number>
  /** How many runs there were, by dimension and value. */
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

/** Throws a UsageError for a file that holds something else, since it would be overwritten. */
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

  /**
   * `file` is where the tally is kept. If it exists, the tally continues it. Null keeps it nowhere.
   */
  constructor(file: string | null) {
    this.#file = file
    const before = file !== null && existsSync(file) ? tallyIn(file) : {}
    // An older file may lack some of the counts.
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

  /** How many programs of a seed are done. */
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

  /**
   * Counts a program as done, and writes the file. A slice that is killed in the middle of a
   * program repeats that program.
   */
  addProgram(seed: number, seconds: number): void {
    this.data.programs++
    this.data.seconds = Math.round((this.data.seconds + seconds) * 1000) / 1000
    this.data.seeds[seed] = this.doneOf(seed) + 1
    if (this.#file === null) return
    // The file is replaced whole, or not at all.
    writeFileSync(`${this.#file}.new`, `${JSON.stringify(this.data, null, 1)}\n`)
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** A summary that fits on a line of a terminal. */
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

/** ` (after error 3, abort 1)`, or an empty text if there is none. */
function listOf(how: string, counts: Readonly<Record<string, number>>): string {
  const said = Object.entries(counts).map(([name, one]) => `${name} ${one}`)
  return said.length === 0 ? '' : ` (${how} ${said.join(', ')})`
}
