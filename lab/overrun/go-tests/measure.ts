/**
 * Runs Go's own tests under each variant: those of package runtime once, and those that were slowed
 * down because of golang/go#52433 many times, in turn, without what slows them down.
 */
import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { copyGo } from '../go-variants/go-copy.ts'
import { type Goroot, patched } from '../go-variants/goroot.ts'
import { PlaceNotFound } from '../go-variants/insert.ts'
import { VARIANTS, type VariantName } from '../go-variants/variants.ts'
import { endOfGroup, runInGroup } from '../process-group.ts'
import { SLOWED_DOWN, type SlowedDown, unslowed } from './slowed-down.ts'
import { runSuite, type SuiteResult } from './suite.ts'

export interface GoTestsOptions {
  readonly variants: readonly VariantName[]
  /** Which tests of package runtime; null: none. As for `go test -run`. */
  readonly run: string | null
  /** How often each of the slowed-down programs is run. */
  readonly times: number
}

export interface SuiteRow extends SuiteResult {
  readonly variant: VariantName
}

/** A slowed-down program under one variant. */
export interface SlowedDownRow {
  readonly variant: VariantName
  readonly test: string
  readonly runs: number
  readonly failures: number
  /** The end of what the first run that failed has printed; null: none did. */
  readonly firstFailure: string | null
}

export interface GoTestsFound {
  readonly suites: readonly SuiteRow[]
  readonly slowedDown: readonly SlowedDownRow[]
}

/** A run that takes longer than this has failed. On a quiet machine each takes some seconds. */
const LIMIT_MS = 120_000
/** Go runs these only where it has four CPUs; they ask for as many Ps. */
const PROCS = 4
const MOST_SHOWN = 200

/**
 * Copies Go, builds and runs. Nothing is left of it, however it ends.
 *
 * @throws UsageError before anything is copied, if Go has not a place that a variant needs
 * @throws FailedRun for a build that failed
 */
export async function measureGoTests(
  goroot: Goroot,
  { variants, run, times }: GoTestsOptions,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<GoTestsFound> {
  for (const name of variants) patched(goroot, VARIANTS[name])
  for (const test of SLOWED_DOWN) await expectUsable(goroot, test)
  const folder = makeTemporaryFolder()
  const go = join(goroot.directory, 'bin/go')
  try {
    const suites: SuiteRow[] = []
    for (const variant of variants) {
      progress(`${variant}: copying ${goroot.directory}, and building`)
      const copy = makeTemporaryFolder()
      try {
        const environment = await copyGo(goroot, VARIANTS[variant], copy, signal, 'runtime')
        for (const test of SLOWED_DOWN)
          await build(goroot, go, environment, test, join(folder, variant), signal)
        if (run === null) continue
        progress(`${variant}: the tests of package runtime`)
        suites.push({ variant, ...(await runSuite(go, environment, run, signal)) })
      } finally {
        removeTemporaryFolder(copy)
      }
    }
    return { suites, slowedDown: await runSlowedDown(folder, variants, times, progress, signal) }
  } finally {
    removeTemporaryFolder(folder)
  }
}

/** Throws a UsageError if Go has not the program, or not what slows it down. */
async function expectUsable({ directory, version }: Goroot, test: SlowedDown): Promise<void> {
  const from = join(directory, test.source)
  try {
    const isFile = (await stat(from)).isFile()
    for (const { file } of test.omissions)
      unslowed(test, file, await readFile(isFile ? from : join(from, file), 'utf8'))
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    if (!isMissing && !(error instanceof PlaceNotFound)) throw error
    const why = isMissing ? `it has no ${test.source}` : (error as Error).message
    throw new UsageError(`overrun go tests cannot run ${test.name} of ${version}: ${why}`)
  }
}

/** Builds a program from Go's sources without what slows it down. */
async function build(
  goroot: Goroot,
  go: string,
  environment: NodeJS.ProcessEnv,
  test: SlowedDown,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const from = join(goroot.directory, test.source)
  const sources = join(folder, `${test.name}-sources`)
  await cp(from, join(sources, (await stat(from)).isFile() ? `${test.name}.go` : ''), {
    recursive: true,
    dereference: true,
  })
  for (const file of await readdir(sources)) {
    const path = join(sources, file)
    await writeFile(path, unslowed(test, file, await readFile(path, 'utf8')))
  }
  const options = { env: { ...process.env, ...environment }, cwd: sources }
  await runInGroup(go, ['build', '-o', join(folder, test.name), '.'], options, signal)
}

async function runSlowedDown(
  folder: string,
  variants: readonly VariantName[],
  times: number,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<SlowedDownRow[]> {
  const rows: SlowedDownRow[] = []
  for (const test of SLOWED_DOWN) {
    const failures = new Map(variants.map((name): [VariantName, string[]] => [name, []]))
    for (let time = 1; time <= times; time++)
      for (const variant of variants) {
        progress(`${test.name}, ${time} of ${times}: ${variant}`)
        const complaint = await complaintOf(join(folder, variant, test.name), test, signal)
        if (complaint !== null) failures.get(variant)?.push(complaint)
      }
    for (const [variant, said] of failures)
      rows.push({
        variant,
        test: test.name,
        runs: times,
        failures: said.length,
        firstFailure: said[0] ?? null,
      })
  }
  return rows
}

/** What a run that failed has printed last; null: it has passed. */
async function complaintOf(
  program: string,
  { args, passes }: SlowedDown,
  signal: AbortSignal,
): Promise<string | null> {
  const env = { ...process.env, GOMAXPROCS: String(PROCS), GOGC: '100', GODEBUG: '' }
  const end = await endOfGroup(program, args, { env, timeoutMs: LIMIT_MS }, signal)
  if (end.isLate) return `not over after ${LIMIT_MS / 1000} s`
  if (end.code === 0 && end.printed.endsWith(passes)) return null
  return end.printed.slice(0, MOST_SHOWN) || `exit ${end.code}, and nothing printed`
}
