/** The runtime package's own tests, from a copy of Go with a variant's lines in. */
import { join } from 'node:path'
import { FailedRun } from '../../run.ts'
import type { CopyEnvironment } from '../go-variants/go-copy.ts'
import { endOfGroup, runInGroup } from '../process-group.ts'

export interface SuiteResult {
  readonly passed: number
  readonly skipped: number
  /** Names, in the order in which they failed. */
  readonly failed: readonly string[]
  readonly seconds: number
}

/** The tests stop themselves after this, and say where they stood. */
const MOST_MINUTES = 20

/**
 * Builds the tests of the copy whose environment is given, and runs those that the pattern names,
 * in Go's short form.
 *
 * @throws FailedRun if they cannot be built, or end without a result
 */
export async function runSuite(
  go: string,
  environment: CopyEnvironment,
  pattern: string,
  signal: AbortSignal,
): Promise<SuiteResult> {
  const env = { ...process.env, ...environment }
  const { GOROOT: tree } = environment
  const binary = join(tree, 'tmp/runtime.test')
  await runInGroup(go, ['test', '-c', '-o', binary, 'runtime'], { env }, signal)
  const began = performance.now()
  const { code, printed } = await endOfGroup(
    binary,
    ['-test.short', '-test.v', `-test.run=${pattern}`, `-test.timeout=${MOST_MINUTES}m`],
    { env, cwd: join(tree, 'src/runtime') },
    signal,
  )
  const result = { ...resultsIn(printed), seconds: (performance.now() - began) / 1000 }
  // A panic ends the tests before they say of each how it ended.
  if (code !== 0 && result.failed.length === 0)
    throw new FailedRun(`the tests of runtime ended with ${code}: ${printed.slice(-300)}`)
  return result
}

/** What `-test.v` says of each test. Subtests, which are indented, belong to their test. */
export function resultsIn(printed: string): Omit<SuiteResult, 'seconds'> {
  const ended = [...printed.matchAll(/^--- (PASS|SKIP|FAIL): (\S+)/gm)]
  const named = (how: string): string[] =>
    ended.flatMap(([, what, name = '']) => (what === how ? [name] : []))
  return { passed: named('PASS').length, skipped: named('SKIP').length, failed: named('FAIL') }
}
