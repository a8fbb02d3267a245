/**
 * Runs the same program under Go, where there is one, and reads its cycles from the lines that
 * GODEBUG asks for.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { labFile } from '../package-files.ts'
import { FailedRun } from '../run.ts'
import { theGo } from './find-go.ts'
import { withNoise } from './noise.ts'
import type { CaseParameters } from './results.ts'
import type { Overrun } from './statistics.ts'
import { COLD_MS, PATIENCE_MS } from './warm-threads.ts'
import { liveBytesOf } from './workload.ts'

const run = promisify(execFile)

const SOURCE = labFile('overrun/go/alloc-only.go')

/** A cycle of Go's collector. */
export interface GoCycle extends Overrun {
  readonly n: number
  /** When the cycle began, counted from the start of the program. */
  readonly startMs: number
  readonly isForced: boolean
}

export class GoProgram implements AsyncDisposable {
  /** What `go version` prints. */
  readonly version: string
  readonly #directory: string
  readonly #signal: AbortSignal

  private constructor(version: string, directory: string, signal: AbortSignal) {
    this.version = version
    this.#directory = directory
    this.#signal = signal
  }

  /** Builds the program. Throws a UsageError if there is no Go. */
  static async build(signal: AbortSignal): Promise<GoProgram> {
    const go = theGo()
    const version = (await run(go, ['version'], { signal })).stdout.trim()
    const directory = makeTemporaryFolder()
    try {
      await run(go, ['build', '-o', join(directory, 'alloc-only'), SOURCE], { signal })
    } catch (error) {
      removeTemporaryFolder(directory)
      throw error
    }
    return new GoProgram(version, directory, signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    removeTemporaryFolder(this.#directory)
  }

  /** The warm cycles of one run. */
  async cycles({ procs, goal, noise }: CaseParameters, seconds: number): Promise<GoCycle[]> {
    const args = [
      '-goroutines',
      procs,
      '-live',
      liveBytesOf(goal),
      '-seconds',
      seconds + COLD_MS / 1000,
    ].map(String)
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      GOMAXPROCS: String(procs),
      GOGC: '100',
      GODEBUG: 'gctrace=1,gcpacertrace=1',
    }
    delete environment.GOMEMLIMIT
    const options = {
      env: environment,
      signal: this.#signal,
      timeout: seconds * 1000 + PATIENCE_MS,
      maxBuffer: 2 ** 28,
    }
    const { stderr } = await withNoise(noise, () =>
      run(join(this.#directory, 'alloc-only'), args, options),
    )
    const cycles = goCyclesIn(stderr)
    if (cycles.length === 0)
      throw new FailedRun(`Go has printed no trace of a cycle: ${stderr.slice(0, 200)}`)
    const asked = cycles.find(({ isForced }) => isForced)
    return cycles.filter(
      ({ n, startMs }) => asked !== undefined && n > asked.n && startMs > asked.startMs + COLD_MS,
    )
  }
}

/**
 * Reads the output of `gctrace=1,gcpacertrace=1`.
 *
 * 1. The pacer's line, in bytes, is printed when marking ends. The line of its cycle, in whole
 *    megabytes, follows it.
 * 2. A cycle that allocated nothing while it marked has no pacer's line. Its heap was at the
 *    trigger, so below the goal.
 */
export function goCyclesIn(trace: string): GoCycle[] {
  const cycles: GoCycle[] = []
  let found: Overrun = UNTOLD
  for (const line of trace.split('\n')) {
    const [, live, past] = /^pacer: .* B -> (\d+) B \(∆goal (-?\d+), cons\/mark /.exec(line) ?? []
    if (live !== undefined)
      found = {
        overrun: Math.max(0, Number(past)),
        heapAtMarkEnd: Number(live),
        goal: Number(live) - Number(past),
      }
    const [, n, seconds, rest = ''] =
      /^gc (\d+) @([\d.]+)s (.* P(?: \(forced\))?)$/.exec(line) ?? []
    if (n === undefined) continue
    cycles.push({
      n: Number(n),
      startMs: Number(seconds) * 1000,
      isForced: rest.endsWith('(forced)'),
      ...found,
    })
    found = UNTOLD
  }
  return cycles
}

/** A cycle that allocated nothing while it marked. */
const UNTOLD: Overrun = { overrun: 0, heapAtMarkEnd: null, goal: null }
