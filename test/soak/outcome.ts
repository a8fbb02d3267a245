/**
 * Which outcomes a run may have, given what was drawn for it, and what is wrong with its outcome.
 */
import type { RunError, RunRecord } from '../../runtime/report/record.ts'
import { type Configuration, hasRoom } from './configurations.ts'
import { ANNOUNCEMENT, EXITS, isEnding } from './endings.ts'
import type { Operation, SoakProgram } from './grammar.ts'
import type { Totals } from './totals.ts'

/** What is known of a run that is over. */
export interface Facts {
  readonly record: RunRecord
  readonly program: SoakProgram
  readonly configuration: Configuration
  readonly limitMs: number
  /** What the Ps did when the run's time was over. Null if it ended before. */
  readonly stood: readonly string[] | null
  /** The run was aborted, as drawn. */
  readonly isAborted: boolean
  readonly out: Printed
  readonly err: Printed
  /** The files that could not be written. */
  readonly unwritten: readonly string[]
  /** What fell on the host's process, outside of every run. */
  readonly uncaught: readonly string[]
}

/** What a stream received. */
export interface Printed {
  readonly text: string
  /** The stream took all that was written. */
  readonly isWhole: boolean
  /** Nobody reads the stream any more. */
  readonly isClosed: boolean
}

/** What is wrong, or null. */
export function failureOf(facts: Facts): string | null {
  const { stood, limitMs, uncaught, record } = facts
  if (stood !== null) return `hang: not over after ${limitMs} ms\n${stood.join('\n')}`
  if (uncaught[0] !== undefined) return `host: ${uncaught[0]}`
  const { error, rescues, exit } = record
  if (error !== null && !isExpected(error, facts)) return described(error)
  if (rescues > 0)
    return `rescues: ${rescues} waits were ended by their net alone: wake-ups were lost`
  if (exit !== (error === null ? 0 : EXITS[error.kind]))
    return `exit: ${exit}, after ${error === null ? 'no error' : `an error of the kind ${error.kind}`}`
  return failureOfEnd(facts) ?? failureOfOutput(facts) ?? failureOfTotals(facts)
}

function described({ kind, message, goroutine, stack }: RunError): string {
  const by = goroutine === null ? '' : `\ngoroutine ${goroutine}`
  return `${kind}: ${message}${by}${stack === null ? '' : `\n${stack}`}`
}

/** True if something that was drawn may end a run in this way. */
function isExpected(error: RunError, { program, isAborted, out, unwritten }: Facts): boolean {
  if (error.kind === 'interrupted') return isAborted || out.isClosed
  if (error.kind === 'output') return unwritten.length > 0
  return endsOf(program).some(({ how, stamp }) => isEnding(how, stamp, error))
}

function endsOf({ scripts }: SoakProgram): Extract<Operation, { do: 'end' }>[] {
  return scripts.flatMap(({ operations }) => operations.filter(operation => operation.do === 'end'))
}

/**
 * An end that was announced must come, unless the run ended before for another reason that was
 * drawn.
 */
function failureOfEnd({ record, out }: Facts): string | null {
  const announced = out.text.split('\n').find(line => line.startsWith(ANNOUNCEMENT))
  if (announced === undefined || record.error !== null) return null
  return `end: the program said "${announced}", and the run ended well`
}

function failureOfOutput({ record, unwritten }: Facts): string | null {
  const told = record.unwritten.map(({ file }) => file).sort()
  const wanted = [...unwritten].sort()
  if (JSON.stringify(told) === JSON.stringify(wanted)) return null
  return `output: the record says of ${listOf(told)} that it was not written, must be ${listOf(wanted)}`
}

function listOf(files: readonly string[]): string {
  return files.length === 0 ? 'nothing' : files.join(', ')
}

/** What is wrong with a run whose `main` returned and whose output was read. */
function failureOfTotals({ record, configuration, out, err }: Facts): string | null {
  const isOver = record.error === null || record.error.kind === 'output'
  if (!isOver || !out.isWhole) return null
  const totals = totalsIn(out.text)
  if (totals === null)
    return 'silent: the run ended, and the program did not say once what it compared'
  if (totals.refused > 0 && hasRoom(configuration))
    return `memory: ${totals.refused} allocations were refused, in an arena with room`
  const [heardOut, heardErr] = [filledIn(out.text), filledIn(err.text)]
  if (heardOut !== totals.printedOut)
    return `print: ${heardOut} characters came out of ${totals.printedOut}`
  if (err.isWhole && heardErr !== totals.printedErr)
    return `print: ${heardErr} characters came out of ${totals.printedErr} on stderr`
  return null
}

/**
 * The totals that a program prints, once, if it came to its end. Lines that other Ps printed
 * earlier may come after them, since each P has a ring of its own.
 */
export function totalsIn(printed: string): Totals | null {
  const [said, ...more] = printed.split('\n').filter(line => line.startsWith('{'))
  return said === undefined || more.length > 0 ? null : (JSON.parse(said) as Totals)
}

/** How many characters programs printed in lines that only fill a stream. */
function filledIn(text: string): number {
  return text.split('\n').reduce((sum, line) => sum + (/^x+$/.test(line) ? line.length : 0), 0)
}
