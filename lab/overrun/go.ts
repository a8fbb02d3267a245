/** The installed Go, with the programs of lab/overrun/go/ that it has built. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { labFile } from '../package-files.ts'
import { runInGroup } from './process-group.ts'
import { PATIENCE_MS } from './warm-threads.ts'

const run = promisify(execFile)

export interface GoFlags {
  /** GOMAXPROCS. */
  readonly procs: number
  /** GOGC. */
  readonly gogc: number | 'off'
  /** GOMEMLIMIT in bytes; null: off. */
  readonly memoryLimit: number | null
  readonly args: readonly (string | number)[]
  /** How long the program takes by itself. */
  readonly seconds: number
}

export interface GoOutput {
  readonly stdout: string
  /** The lines of `gctrace` and `gcpacertrace`. */
  readonly stderr: string
}

export class Go implements AsyncDisposable {
  /** What `go version` prints. */
  readonly version: string
  readonly #command: string
  readonly #environment: NodeJS.ProcessEnv
  readonly #directory: string
  readonly signal: AbortSignal | undefined
  readonly #built = new Map<string, Promise<string>>()

  private constructor(
    command: string,
    version: string,
    signal: AbortSignal | undefined,
    environment: NodeJS.ProcessEnv,
  ) {
    this.version = version
    this.#command = command
    this.#environment = environment
    this.#directory = makeTemporaryFolder()
    this.signal = signal
  }

  /**
   * @param command - the path of `go`
   * @param environment - what it gets beside this process's environment, and in its place
   */
  static async open(
    command: string,
    signal: AbortSignal | undefined,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<Go> {
    const env = { ...process.env, ...environment }
    const { stdout } = await run(command, ['version'], { env, ...(signal && { signal }) })
    return new Go(command, stdout.trim(), signal, env)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    removeTemporaryFolder(this.#directory)
  }

  /** Runs lab/overrun/go/NAME.go, or the files of that folder, with a trace of its collector. */
  async run(name: string, flags: GoFlags): Promise<GoOutput> {
    const program = await this.#program(name)
    return run(program, flags.args.map(String), {
      env: environmentOf(flags),
      timeout: flags.seconds * 1000 + PATIENCE_MS,
      maxBuffer: 2 ** 28,
      ...(this.signal && { signal: this.signal }),
    })
  }

  /** Starts lab/overrun/go/NAME.go. Its trace is on standard error. The caller ends it. */
  async start(name: string, flags: GoFlags): Promise<ChildProcess> {
    return spawn(await this.#program(name), flags.args.map(String), {
      env: environmentOf(flags),
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  }

  /** Builds a program before it is measured. */
  async build(name: string): Promise<void> {
    await this.#program(name)
  }

  /** The built program. It is built at its first use. */
  #program(name: string): Promise<string> {
    const building = this.#built.get(name) ?? this.#build(name)
    this.#built.set(name, building)
    return building
  }

  async #build(name: string): Promise<string> {
    const program = join(this.#directory, name)
    const args = ['build', '-o', program, ...sourcesOf(name)]
    await runInGroup(this.#command, args, { env: this.#environment }, this.signal)
    return program
  }
}

/** Go takes a program's files by name, and no absolute path of a folder. */
function sourcesOf(name: string): string[] {
  const folder = labFile(`overrun/go/${name}`)
  if (!existsSync(folder)) return [`${folder}.go`]
  return readdirSync(folder).map(file => join(folder, file))
}

function environmentOf({ procs, gogc, memoryLimit }: GoFlags): NodeJS.ProcessEnv {
  return {
    ...process.env,
    GOMAXPROCS: String(procs),
    GOGC: String(gogc),
    GOMEMLIMIT: memoryLimit === null ? 'off' : String(memoryLimit),
    GODEBUG: 'gctrace=1,gcpacertrace=1',
  }
}
