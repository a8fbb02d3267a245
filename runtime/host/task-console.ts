/**
 * `console` and `process.stdout` as a program in a P finds them: what it prints goes through the
 * P's ring, at once and whole.
 *
 *   importing   only what the program's modules print, and only on one of the Ps: the modules run
 *               on every P, and must be heard once
 *   running     all that is printed
 *   over        nothing: code that has kept a console of this run prints into no other run
 *   no run      nothing: what is called on the thread now was left by a run that is over, and
 *               only the host prints (decision 0013)
 *
 * While modules are imported the event loop turns, and may call what an earlier run has left. Code
 * of the modules is known by its asynchronous context.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Buffer } from 'node:buffer'
import { Console, type ConsoleConstructorOptions } from 'node:console'
import { EventEmitter } from 'node:events'
import process from 'node:process'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import type { Stream } from '../output/standard-streams.ts'
import type { ConsoleRing } from './console-ring.ts'

const encoder = new TextEncoder()
const { set } = Reflect

/**
 * Number of the run whose modules are running. Node keeps it with the promises of the modules, for
 * as long as the thread lives.
 */
const importing = new AsyncLocalStorage<number>()

/** For a thread of a pool, before its first run. */
export function silence(): void {
  const silent = new Target(() => {})
  globalThis.console = new Console({
    stdout: silent,
    stderr: silent,
  } as unknown as ConsoleConstructorOptions)
  process.stdout.write = process.stderr.write = () => true
}

export class TaskConsole {
  readonly #run: number
  readonly #ring: ConsoleRing
  readonly #waitForRoom: (word: number, value: number) => boolean
  readonly #original = globalThis.console
  readonly #writes = { stdout: process.stdout.write, stderr: process.stderr.write }
  readonly #hearsModules: boolean
  #state: 'importing' | 'running' | 'over' = 'importing'
  /** True once the run is over. A program that catches what ends it then prints no more. */
  isOver: () => boolean = () => false

  /** `waitForRoom`: see {@link ConsoleRing.write}. */
  constructor(
    run: number,
    ring: ConsoleRing,
    hearsModules: boolean,
    waitForRoom: (word: number, value: number) => boolean,
  ) {
    this.#run = run
    this.#ring = ring
    this.#hearsModules = hearsModules
    this.#waitForRoom = waitForRoom
  }

  install(): void {
    globalThis.console = methodsOf(
      new Console({
        stdout: this.#target(1),
        stderr: this.#target(2),
      } as unknown as ConsoleConstructorOptions),
    )
    process.stdout.write = this.#writer(1)
    process.stderr.write = this.#writer(2)
  }

  /** Imports the program's modules. */
  import<T>(modules: () => Promise<T>): Promise<T> {
    return importing.run(this.#run, modules)
  }

  /** From here on goroutines run. */
  open(): void {
    this.#state = 'running'
  }

  remove(): void {
    this.#state = 'over'
    // Not by assignment, which throws if the program has frozen them.
    set(globalThis, 'console', this.#original)
    set(process.stdout, 'write', this.#writes.stdout)
    set(process.stderr, 'write', this.#writes.stderr)
  }

  get #isHeard(): boolean {
    if (this.#state === 'importing') return this.#hearsModules && importing.getStore() === this.#run
    return this.#state === 'running'
  }

  #write(stream: Stream, chunk: string | Uint8Array): void {
    const text = typeof chunk === 'string' ? encoder.encode(chunk) : chunk
    if (this.#isHeard && !this.isOver()) this.#ring.write(stream, text, this.#waitForRoom)
  }

  #target(stream: Stream): Target {
    return new Target(text => this.#write(stream, text))
  }

  /** As the `write` of a stream in Node. */
  #writer(stream: Stream): typeof process.stdout.write {
    return (
      chunk: string | Uint8Array,
      encodingOrWritten?: BufferEncoding | ((error?: Error) => void),
      written?: (error?: Error) => void,
    ): boolean => {
      if (typeof chunk !== 'string' && !(chunk instanceof Uint8Array))
        throw new TypeError(
          `write: the text must be a string or a Uint8Array, not of type ${typeof chunk}`,
        )
      const hasEncoding = typeof encodingOrWritten === 'string' && typeof chunk === 'string'
      this.#write(stream, hasEncoding ? Buffer.from(chunk, encodingOrWritten) : chunk)
      const then = typeof encodingOrWritten === 'function' ? encodingOrWritten : written
      if (then !== undefined) process.nextTick(then)
      return true
    }
  }
}

/**
 * A console without what leads to Node's own objects, which other runs share: streams, prototypes,
 * ways to format.
 *
 * If a method overflows the stack, it does so before it formats anything. V8 compiles the regular
 * expressions of Node's formatting at their first use, and to compile one near the end of the stack
 * would end the process.
 */
function methodsOf(console: Console): Console {
  const own: Record<string, unknown> = {}
  for (const [name, method] of Object.entries(console)) {
    if (typeof method !== 'function') continue
    const value = (...values: unknown[]): unknown => {
      probeStackDeep()
      return Reflect.apply(method, console, values)
    }
    own[name] = Object.defineProperty(value, 'name', { value: name })
  }
  Object.defineProperty(own, Symbol.toStringTag, { value: 'console', configurable: true })
  return own as unknown as Console
}

/**
 * What a Console needs of a stream. It is no Writable: one that a stack overflow has struck writes
 * nothing any more.
 */
class Target extends EventEmitter {
  readonly write: (text: string) => void

  constructor(write: (text: string) => void) {
    super()
    this.write = write
  }
}
