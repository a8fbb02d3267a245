/**
 * Runs the built command line in a process of its own, under a hard time limit: whatever a run does, no thread outlives its test. What every run
 * must keep is asserted here: it ends by itself, no wait was ended by its safety net, and its scratch directory is empty again.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { RunRecord } from '../../runtime/record.ts'

const repository = new URL('../../', import.meta.url)
const cli = fileURLToPath(new URL('bin/sawtooth.js', repository))

/** Environment variables that would change what a run does. */
const OURS = ['GOGC', 'GOMEMLIMIT', 'GOMAXPROCS', 'GODEBUG', 'NODE_OPTIONS', 'NODE_ENV', 'FORCE_COLOR']

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  /** When the process is killed, and the test has failed, ms. @defaultValue 20,000 */
  readonly limitMs?: number
  /** Called as output arrives. `sinceMs`: since the process began. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string, sinceMs: number) => void
  /** Reads standard output no faster than this. @defaultValue as it comes */
  readonly stdoutBytesPerSecond?: number
  /** Closes standard output's pipe after the first piece of it. */
  readonly closesStdout?: boolean
  /** Sent as soon as something is printed on standard output. */
  readonly signalOnOutput?: NodeJS.Signals
  /** Interrupted after so long, if it is not over. */
  readonly interruptAfterMs?: number
}

export interface ProcessResult {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
  readonly elapsedMs: number
}

export interface CliResult extends ProcessResult {
  /** What --json wrote; null after a usage error. */
  readonly record: RunRecord | null
}

/** Runs `sawtooth …`; a `run` writes a record. */
export async function runCli(args: readonly string[], options: ProcessOptions = {}): Promise<CliResult> {
  return inScratch(async scratch => {
    const json = join(scratch, 'record.json')
    const end = args.indexOf('--')
    const own = end < 0 ? args : args.slice(0, end)
    const all = args[0] === 'run' ? [...own, '--json', json, ...(end < 0 ? [] : args.slice(end))] : args
    const result = await runNode([cli, ...all], options, scratch)
    const record = recordIn(json)
    if (record !== null) {
      expect(record.rescues, `a lost wake-up in ${args.join(' ')}`).toBe(0)
      expect(record.exit, `${result.stdout}${result.stderr}`).toBe(result.code)
    }
    return { ...result, record }
  })
}

/** As runCli, for a run that must have started. */
export async function runProgram(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult & { readonly record: RunRecord }> {
  const result = await runCli(['run', ...args], options)
  const { record } = result
  if (record === null) throw new Error(`no record was written; exit ${result.code}\n${result.stdout}${result.stderr}`)
  return { ...result, record }
}

/** Runs Node. Fails if it has not ended, with all that holds its pipes, within the limit. */
export function runNode(args: readonly string[], options: ProcessOptions, scratch: string): Promise<ProcessResult> {
  const {
    env = {},
    limitMs = 20_000,
    onOutput,
    stdoutBytesPerSecond,
    signalOnOutput,
    closesStdout,
    interruptAfterMs,
  } = options
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !OURS.includes(name)))
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(repository),
    env: { ...inherited, TMPDIR: scratch, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text
      onOutput?.(stream, text, performance.now() - began)
      if (stream === 'stdout' && closesStdout) child.stdout.destroy()
      if (stream === 'stdout' && signalOnOutput !== undefined) child.kill(signalOnOutput)
      if (stream === 'stdout' && stdoutBytesPerSecond !== undefined) {
        child.stdout.pause()
        setTimeout(() => child.stdout.resume(), (text.length / stdoutBytesPerSecond) * 1000)
      }
    })
  }
  return new Promise((resolve, reject) => {
    let tooLate = false
    const limit = setTimeout(() => {
      tooLate = true
      child.kill('SIGKILL')
    }, limitMs)
    const interrupt =
      interruptAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), interruptAfterMs)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      clearTimeout(interrupt)
      const said = `stdout: ${output.stdout.slice(-2000)}\nstderr: ${output.stderr.slice(-4000)}`
      if (tooLate) reject(new Error(`not over after ${limitMs} ms: ${args.join(' ')}\n${said}`))
      else if (code === null) reject(new Error(`killed by ${signal}: ${args.join(' ')}\n${said}`))
      else resolve({ ...output, code, elapsedMs: performance.now() - began })
    })
  })
}

/** Gives `use` a directory for temporary files, and asserts that runs have left nothing there. */
export async function inScratch<T>(use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
  try {
    const result = await use(scratch)
    const left = readdirSync(scratch).filter(name => /^\.?sawtooth-/.test(name))
    expect(left, 'what runs left behind').toEqual([])
    return result
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** A file of the threads tests, as a path. */
export function threadsFile(path: string): string {
  return fileURLToPath(new URL(`test/threads/${path}`, repository))
}

/** The line, from 1, on which a text first stands in a file. */
export function lineOf(file: string, text: string): number {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex(candidate => candidate.includes(text))
  if (line < 0) throw new Error(`${file} has no line with ${text}`)
  return line + 1
}

/** The record that a run wrote; null if it wrote none. */
export function recordIn(file: string): RunRecord | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
