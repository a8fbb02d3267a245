/**
 * `npm run soak`: runs random programs under random configurations, each beside a model of what
 * must be reachable.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { printable, withoutControls } from '../../runtime/errors/printable.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { outputsOf, readOrExit, runCommand } from '../support/command.ts'
import type { Sabotage } from './grammar.ts'
import { type Failure, repeat, shrinkFailure, soak } from './soak.ts'
import { Tally } from './tally.ts'
import { Trials } from './trial.ts'

const help = `Runs random programs under random configurations, and compares the heap with a model of what must be reachable.
One warm Runtime carries out all runs but a few: after runs that failed, were aborted or left something on their threads too.
Programs throw and catch errors, or end with one; memory limits and the GC percent change; outputs fail or are slow. What
was drawn must come, and nothing else: the last line counts it.

Usage:
  npm run soak -- [options]

Options:
  --minutes N        no program is begun after so long (default: 1)
  --programs N       at most so many programs (default: no limit)
  --seed N           the programs and configurations (default: 1)
  --tally FILE       totals over all slices: goes on after the programs of the seed that are done
  --limit SECONDS    a run that takes longer hangs (default: 600; a cycle at each allocation takes a
                     program up to 40 s on a quiet machine)
  --failure FILE     where a failure is written: seed, configuration, program, message, runs before it, and shrunk
                     (default: soak-failure.json)
  --shrink SECONDS   how long a failure is shrunk (default: 120)
  --replay FILE      run what a failure file holds, shrunk if it is; with --shrink, shrink it again
  --runs N           how often to run it (default: 10)
  --sabotage HOW     break the heap in each program, to see that it is found: cut, number, hide, leak or hang
  --help             this text

Exit: 0 nothing failed, 1 something did, 2 usage.

Example:
  npm run soak -- --minutes 10 --seed 7 --tally soak-tally.json
  npm run soak -- --replay soak-failure.json
`

const { values } = readOrExit('soak', () =>
  parseArgs({
    options: {
      minutes: { type: 'string', default: '1' },
      programs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      tally: { type: 'string' },
      limit: { type: 'string', default: '600' },
      failure: { type: 'string', default: 'soak-failure.json' },
      shrink: { type: 'string' },
      replay: { type: 'string' },
      runs: { type: 'string' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }),
)

const SABOTAGES: readonly string[] = ['cut', 'number', 'hide', 'leak', 'hang'] satisfies Sabotage[]
const SHRINK_SECONDS = 120
/** The time between two lines of progress that go to a file, in ms. */
const QUIET_MS = 30_000

function numberOf(
  option: 'minutes' | 'programs' | 'seed' | 'limit' | 'shrink' | 'runs',
  otherwise: number,
): number {
  const text = values[option]
  if (text === undefined) return otherwise
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text)
  throw new UsageError(`--${option} must be a number from 0, not ${text}`)
}

function sabotageOf(how: string | undefined): Sabotage | null {
  if (how === undefined) return null
  if (SABOTAGES.includes(how)) return how as Sabotage
  throw new UsageError(`--sabotage must be one of ${SABOTAGES.join(', ')}, not ${how}`)
}

async function main(trials: Trials): Promise<number> {
  const limitMs = numberOf('limit', 600) * 1000
  // A failure is shrunk in the process that found it.
  outputsOf({ '--failure': values.failure, '--tally': values.tally })
  if (values.replay !== undefined) return replay(trials, values.replay, limitMs)
  const tally = new Tally(values.tally ?? null)
  const began = performance.now()
  const until = began + numberOf('minutes', 1) * 60_000
  const seed = numberOf('seed', 1)
  const failure = await soak(trials, tally, {
    seed,
    until,
    limitMs,
    programs: numberOf('programs', Number.POSITIVE_INFINITY),
    sabotage: sabotageOf(values.sabotage),
    onProgram: progress(tally, until),
  })
  erase()
  process.stdout.write(`seed ${seed}: ${tally.summary()} (${Math.round(tally.data.seconds)} s)\n`)
  if (failure === null) return 0
  write(values.failure, failure)
  process.stdout.write(
    `program ${failure.index} of seed ${failure.seed} failed: ${withoutControls(failure.failure)}\n`,
  )
  report(await shrunk(trials, failure, limitMs))
  return 1
}

/** Shrinks a failure, and writes the failure file. */
async function shrunk(trials: Trials, failure: Failure, limitMs: number): Promise<Failure> {
  const seconds = numberOf('shrink', SHRINK_SECONDS)
  if (seconds === 0) return failure
  process.stderr.write(
    `written to ${printable(values.failure)}; shrinking for at most ${seconds} s\n`,
  )
  // Each try of a hang takes the whole limit.
  const small = await shrinkFailure(
    trials,
    failure,
    Math.min(limitMs, Math.max(2000, (seconds * 1000) / 60)),
    seconds,
  )
  write(values.failure, small)
  return small
}

function report({ rate, shrunk: small }: Failure): void {
  if (rate !== null)
    process.stdout.write(`run again, it failed ${rate.failed} times of ${rate.runs}\n`)
  if (small === null) return
  const { program, configuration, before = [], failure, rate: smallRate } = small
  const operations = program.scripts.reduce((sum, script) => sum + script.operations.length, 0)
  const after = before.length === 0 ? '' : `, after ${before.length} other runs`
  process.stdout.write(
    `shrunk to ${operations} operations in ${program.scripts.length} scripts${after}, which failed ${smallRate.failed} times of ${smallRate.runs}: ${withoutControls(failure)}\n`,
  )
  process.stdout.write(`${JSON.stringify({ configuration, program, before })}\n`)
}

async function replay(trials: Trials, file: string, limitMs: number): Promise<number> {
  const failure = readOrExit('soak', () => JSON.parse(readFileSync(file, 'utf8')) as Failure)
  if (values.shrink !== undefined) {
    const small = await shrunk(trials, failure, limitMs)
    report(small)
    return small.shrunk === null ? 0 : 1
  }
  const { failed, runs, failures } = await repeat(
    trials,
    failure.shrunk ?? failure,
    numberOf('runs', 10),
    limitMs,
  )
  process.stdout.write(`failed ${failed} times of ${runs}\n`)
  if (failures[0] !== undefined) process.stdout.write(`${withoutControls(failures[0])}\n`)
  return failed === 0 ? 0 : 1
}

function write(file: string, failure: Failure): void {
  writeFileSync(file, `${JSON.stringify(failure)}\n`)
}

/**
 * Shows progress on standard error: on a terminal it rewrites one line, in a file it adds lines.
 */
function progress(tally: Tally, until: number): () => void {
  let said = performance.now()
  return () => {
    const time = performance.now()
    if (!process.stderr.isTTY && time - said < QUIET_MS) return
    said = time
    const left = Number.isFinite(until)
      ? `, ${Math.max(0, Math.round((until - time) / 1000))} s left`
      : ''
    const line = `${tally.brief()}${left}`
    process.stderr.write(process.stderr.isTTY ? `\r${line}\x1b[K` : `${line}\n`)
  }
}

function erase(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
}

await runCommand('soak', async () => {
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  await using trials = new Trials()
  return await main(trials)
})
