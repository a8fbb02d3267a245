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
import type { RunRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from './hang.ts'

export const repository = new URL('../../', import.meta.url)
const cli = fileURLToPath(new URL('bin/sawtooth.js', repository))

/** Environment variables that would change what a run does. */
const OURS = [
  'GOGC',
  'GOMEMLIMIT',
  'GOMAXPROCS',
  'GODEBUG',
  'NODE_OPTIONS',
  'NODE_ENV',
  'FORCE_COLOR',
]

/** How often it is looked whether a process is to be interrupted, in ms. */
const LOOK_MS = 20

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  /** When the process hangs: it is killed, and the test has failed, ms. @defaultValue HANG_MS */
  readonly limitMs?: number
  /** Called as output arrives. `sinceMs`: since the process began. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string, sinceMs: number) => void
  /** Reads standard output no faster than this. @defaultValue as it comes */
  readonly stdoutBytesPerSecond?: number
  /** Closes standard output's pipe after the first piece of it. */
  readonly closesStdout?: boolean
  /** Sent as soon as something is printed on standard output. */
  readonly signalOnOutput?: NodeJS.Signals
  /** Interrupted once this holds, of what it has printed on standard error, and of the names in its directory for temporary files. */
  readonly interruptWhen?: (stderr: string, temporary: readonly string[]) => boolean
  /** Called with what sends the process a signal, once it runs. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void
}

export interface ProcessResult {
  readonly stdout: string
  /** Without the lines of `stragglers`. */
  readonly stderr: string
  /** What named a goroutine that kept the world waiting: on a busy machine any, when the system has taken its thread off the CPU. */
  readonly stragglers: readonly string[]
  readonly code: number | null
  readonly elapsedMs: number
}

/** What a command printed, and how it ended. */
export interface CommandResult extends Omit<ProcessResult, 'elapsedMs'> {
  /** What --json wrote; null after a usage error. */
  readonly record: RunRecord | null
}

export interface CliResult extends ProcessResult, CommandResult {}

/** Runs `sawtooth …`; a `run` writes a record. */
export async function runCli(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<CliResult> {
  return inScratch(async scratch => {
    const json = join(scratch, 'record.json')
    const result = await runNode([cli, ...withRecord(args, json)], options, scratch)
    return { ...result, record: checkedRecord(args, result, json) }
  })
}

/** The arguments, with a place for the record if it is a `run`. */
export function withRecord(args: readonly string[], json: string): readonly string[] {
  if (args[0] !== 'run') return args
  const end = args.indexOf('--')
  return end < 0
    ? [...args, '--json', json]
    : [...args.slice(0, end), '--json', json, ...args.slice(end)]
}

/** The record of a command, which must agree with how it ended; no wait in it was rescued. */
export function checkedRecord(
  args: readonly string[],
  { stdout, stderr, code }: Pick<CommandResult, 'stdout' | 'stderr' | 'code'>,
  json: string,
): RunRecord | null {
  const record = recordIn(json)
  if (record !== null) {
    expect(record.rescues, `a lost wake-up in ${args.join(' ')}`).toBe(0)
    expect(record.exit, `${stdout}${stderr}`).toBe(code)
  }
  return record
}

/** As runCli, for a run that must have started. */
export async function runProgram(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult & { readonly record: RunRecord }> {
  const result = await runCli(['run', ...args], options)
  const { record } = result
  if (record === null)
    throw new Error(`no record was written; exit ${result.code}\n${result.stdout}${result.stderr}`)
  return { ...result, record }
}

/** Runs Node. Fails if it has not ended, with all that holds its pipes, within the limit. */
export function runNode(
  args: readonly string[],
  options: ProcessOptions,
  scratch: string,
): Promise<ProcessResult> {
  const {
    env = {},
    limitMs = HANG_MS,
    onOutput,
    stdoutBytesPerSecond,
    signalOnOutput,
    closesStdout,
    interruptWhen,
    onStart,
  } = options
  const began = performance.now()
  const child = spawn(process.execPath, args, {
    cwd: fileURLToPath(repository),
    env: { ...environment(scratch), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onStart?.(signal => child.kill(signal))
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
    const interrupt = setInterval(() => {
      if (interruptWhen?.(output.stderr, readdirSync(scratch)) === true) {
        clearInterval(interrupt)
        child.kill('SIGINT')
      }
    }, LOOK_MS)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(limit)
      clearInterval(interrupt)
      const said = `stdout: ${output.stdout.slice(-2000)}\nstderr: ${output.stderr.slice(-4000)}`
      if (tooLate) reject(new Error(`not over after ${limitMs} ms: ${args.join(' ')}\n${said}`))
      else if (code === null) reject(new Error(`killed by ${signal}: ${args.join(' ')}\n${said}`))
      else
        resolve({
          stdout: output.stdout,
          ...told(output.stderr),
          code,
          elapsedMs: performance.now() - began,
        })
    })
  })
}

/** What stands on standard error, and who kept the world waiting. */
export function told(text: string): Pick<ProcessResult, 'stderr' | 'stragglers'> {
  const straggler = /^.* has reached no safepoint for \d+ ms .*\n/gm
  return { stderr: text.replaceAll(straggler, ''), stragglers: text.match(straggler) ?? [] }
}

/** What a process of a test finds in its environment: none of our variables, and a directory of its own for temporary files. */
export function environment(scratch: string): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OURS.includes(name)),
  )
  return { ...inherited, TMPDIR: scratch }
}

/** Runs have left nothing in their directory for temporary files. */
export function expectEmpty(scratch: string): void {
  const left = readdirSync(scratch).filter(name => /^\.?sawtooth-/.test(name))
  expect(left, 'directories that runs left behind').toEqual([])
}

/** Gives `use` a directory for temporary files, and asserts that runs have left nothing there. */
export async function inScratch<T>(use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
  try {
    const result = await use(scratch)
    expectEmpty(scratch)
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
