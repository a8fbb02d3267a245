/**
 * As run-cli.ts, but one command after the other in one process that stays. Its threads have
 * started and its code is compiled, which is most of what a short run costs. It is for tests about
 * a run, and not for tests about signals or the end of a process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from './hang.ts'
import {
  type CommandResult,
  checkedRecord,
  environment,
  expectEmpty,
  repository,
  told,
  withRecord,
} from './run-cli.ts'

const script = fileURLToPath(new URL('warm-cli.js', import.meta.url))
/**
 * After this many commands another process takes over, so that what runs leave behind does not add
 * up.
 */
const MOST_COMMANDS = 50

/** As runCli. It carries out one command at a time, and a call meanwhile waits. */
export function runCliWarm(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
): Promise<CommandResult> {
  const result = last.then(() => carryOut(args, env, nodeOptions))
  last = result.catch(() => undefined)
  return result
}

let last: Promise<unknown> = Promise.resolve()
/** The processes, by Node's options. */
const processes = new Map<string, WarmProcess>()

async function carryOut(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  nodeOptions: readonly string[],
): Promise<CommandResult> {
  const kind = nodeOptions.join(' ')
  if (processes.get(kind)?.commands === MOST_COMMANDS) processes.get(kind)?.end()
  const warm = processes.get(kind) ?? new WarmProcess(kind, nodeOptions)
  processes.set(kind, warm)
  const { scratch } = warm
  const json = join(scratch, 'record.json')
  rmSync(json, { force: true })
  const result = await warm.carryOut(withRecord(args, json), env)
  expectEmpty(scratch)
  return { ...result, record: checkedRecord(args, result, json) }
}

/** As runProgram. */
export async function runProgramWarm(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult & { readonly record: RunRecord }> {
  const result = await runCliWarm(['run', ...args], env)
  const { record, code, stdout, stderr } = result
  if (record === null) throw new Error(`no record was written; exit ${code}\n${stdout}${stderr}`)
  return { ...result, record }
}

class WarmProcess {
  readonly scratch = mkdtempSync(join(tmpdir(), 'sawtooth-test-'))
  commands = 0
  readonly #child: ChildProcess
  #output = { stdout: '', stderr: '' }
  #code: number | undefined
  readonly #kind: string
  /** Called when output of the present command arrives, and when the process has ended. */
  #news = (): void => {}

  constructor(kind: string, nodeOptions: readonly string[]) {
    this.#kind = kind
    const child = spawn(process.execPath, [...nodeOptions, script], {
      cwd: fileURLToPath(repository),
      env: environment(this.scratch),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        this.#output[stream] += text
        this.#news()
      })
    }
    child.on('message', code => {
      this.#code = Number(code)
      this.#news()
    })
    child.on('close', () => this.#news())
    process.once('exit', () => this.end())
  }

  /** Fails if the process ends before the command has, or the command hangs. */
  async carryOut(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Omit<CommandResult, 'record'>> {
    this.commands++
    this.#output = { stdout: '', stderr: '' }
    this.#code = undefined
    let hangs = false
    const limit = setTimeout(() => {
      hangs = true
      this.#news()
    }, HANG_MS)
    const over = new Promise<void>(resolve => {
      this.#news = () => {
        if (this.#isOver || this.#hasEnded || hangs) resolve()
      }
    })
    this.#child.send({ args, env })
    await over
    clearTimeout(limit)
    const { stdout, stderr } = this.#output
    if (!this.#isOver) {
      this.end()
      throw new Error(
        `${hangs ? `not over after ${HANG_MS} ms` : 'the process ended'}: ${args.join(' ')}\n${stdout}${stderr}`,
      )
    }
    return { stdout: stdout.slice(0, -1), ...told(stderr.slice(0, -1)), code: this.#code ?? null }
  }

  get #isOver(): boolean {
    const { stdout, stderr } = this.#output
    return this.#code !== undefined && stdout.endsWith('\0') && stderr.endsWith('\0')
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  end(): void {
    processes.delete(this.#kind)
    this.#child.kill('SIGKILL')
    rmSync(this.scratch, { recursive: true, force: true })
  }
}
