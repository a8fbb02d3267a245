/**
 * Runs the built command line in a process of its own, under a hard time limit. So no thread
 * outlives its test, whatever the run does. It asserts what must hold for every run: the process
 * ends by itself, no wait was ended by its net, and the run's scratch directory is empty again.
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

/** The time between two looks at whether a process is to be interrupted, in ms. */
const LOOK_MS = 20

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>
  /** After this long, in ms, the process is killed and the test fails. @defaultValue HANG_MS */
  readonly limitMs?: number
  /** Called as output arrives. `sinceMs` is the time since the process began. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string, sinceMs: number) => void
  /** Reads standard output no faster than this. @defaultValue as it comes */
  readonly stdoutBytesPerSecond?: number
  /** Closes the pipe of standard output after the first output. */
  readonly closesStdout?: boolean
  /** Sent as soon as something is printed on standard output. */
  readonly signalOnOutput?: NodeJS.Signals
  /**
   * The process is interrupted once this returns true. It is asked about the standard error so far,
   * and about the names in the process's directory for temporary files.
   */
  readonly interruptWhen?: (stderr: string, temporary: readonly string[]) => boolean
  /** Called once the process runs, with a function that sends it a signal. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void
}

export interface ProcessResult {
  readonly stdout: string
  /** Standard error without the lines of `stragglers`. */
  readonly stderr: string
  /**
   * The lines that name a goroutine for which the world waited. On a busy machine that may be any,
   * if the system has taken its thread off the CPU.
   */
  readonly stragglers: readonly string[]
  readonly code: number | null
  readonly elapsedMs: number
}

/** What a command printed, and how it ended. */
export interface CommandResult extends Omit<ProcessResult, 'elapsedMs'> {
  /** The record that --json wrote, or null after a usage error. */
  readonly record: RunRecord | null
}

export interface CliResult extends ProcessResult, CommandResult {}

/** Runs `sawtooth …`. If it is a `run`, it writes a record. */
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

/** The arguments, and `--json` with a file for the record if the command is a `run`. */
export function withRecord(args: readonly string[], json: string): readonly string[] {
  if (args[0] !== 'run') return args
  const end = args.indexOf('--')
  return end < 0
    ? [...args, '--json', json]
    : [...args.slice(0, end), '--json', json, ...args.slice(end)]
}

/** The record of a command. It must agree with how the command ended, and no wait was rescued. */
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

/** Runs Node. Fails if Node, and all that holds its pipes, has not ended within the limit. */
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

/** Standard error, split into the lines of stragglers and the others. */
export function told(text: string): Pick<ProcessResult, 'stderr' | 'stragglers'> {
  const straggler = /^.* has reached no safepoint for \d+ ms .*\n/gm
  return { stderr: text.replaceAll(straggler, ''), stragglers: text.match(straggler) ?? [] }
}

/**
 * The environment of a process of a test: without our variables, and with a directory of its own
 * for temporary files.
 */
export function environment(scratch: string): NodeJS.ProcessEnv {
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !OURS.includes(name)),
  )
  return { ...inherited, TMPDIR: scratch }
}

/** Expects that runs have left nothing in their directory for temporary files. */
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

/** The number, from 1, of the first line of a file that holds the text. */
export function lineOf(file: string, text: string): number {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex(candidate => candidate.includes(text))
  if (line < 0) throw new Error(`${file} has no line with ${text}`)
  return line + 1
}

/** The record that a run wrote, or null. */
export function recordIn(file: string): RunRecord | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as RunRecord
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
