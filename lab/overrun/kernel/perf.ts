/**
 * Records what the kernel's scheduler does, on all CPUs, with perf(1): who gets a CPU, who is
 * woken, and who is moved to another CPU. The times are those of CLOCK_MONOTONIC, which
 * `process.hrtime` has too. That is what lines a trace of ours up with the kernel's.
 *
 * perf may do this only for root, or where kernel.perf_event_paranoid is below 0 and the kernel's
 * tracing files can be read.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { FailedRun } from '../../run.ts'
import { type KernelEvent, kernelEventOf } from './events.ts'

const EVENTS = ['switch', 'wakeup', 'wakeup_new', 'migrate_task'].map(name => `sched:sched_${name}`)
/** For each CPU. Beside a program on two cores there are some 40,000 events a second. */
const BUFFER = '8M'

/** It ends by itself then, for the case that this process is killed. A run takes some seconds. */
const LONGEST_SECONDS = 300
/** What perf gets to write what it has, in ms. Then it is killed. */
const PATIENCE_MS = 20_000

export class PerfRecord implements AsyncDisposable {
  readonly #perf: ChildProcess
  readonly #file: string
  readonly #closed: Promise<unknown>
  #said = ''

  private constructor(file: string) {
    this.#file = file
    this.#perf = spawn(
      'perf',
      [
        ...['record', '--all-cpus', '--clockid', 'CLOCK_MONOTONIC', '--mmap-pages', BUFFER],
        // Nothing is recorded before `enable`, which is acknowledged.
        ...['--delay=-1', '--control', 'fd:3,4', '--event', EVENTS.join(','), '--output', file],
        ...['--', 'sleep', String(LONGEST_SECONDS)],
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
    )
    this.#perf.on('error', () => {}) // Told by `close`, or in `open`.
    this.#perf.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text
    })
    this.#closed = new Promise(resolve => this.#perf.once('close', resolve))
  }

  /**
   * Begins to record.
   *
   * @param file - what perf writes
   * @throws UsageError if there is no perf, or if it may not record
   */
  static async open(file: string, signal: AbortSignal | undefined): Promise<PerfRecord> {
    signal?.throwIfAborted()
    const record = new PerfRecord(file)
    const refusal = await record.#begin(signal)
    if (refusal === null) return record
    await record[Symbol.asyncDispose]()
    signal?.throwIfAborted()
    throw new UsageError(refusal)
  }

  /** Returns why not, or null once it records. */
  async #begin(signal: AbortSignal | undefined): Promise<string | null> {
    const [, , , control, answers] = this.#perf.stdio as [null, null, Readable, Writable, Readable]
    control.on('error', () => {})
    const gone = new Promise<string>(resolve => {
      this.#perf.once('error', error =>
        resolve(
          'code' in error && error.code === 'ENOENT'
            ? 'perf is needed, and it is not on the PATH: install it (Debian: linux-perf)'
            : `perf cannot be started: ${printable(error.message)}`,
        ),
      )
      void this.#closed.then(() =>
        resolve(
          `perf may not record the scheduler here; it needs root, or kernel.perf_event_paranoid below 0: ${reasonIn(this.#said)}`,
        ),
      )
    })
    let interrupt = (): void => {}
    const interrupted = new Promise<string>(resolve => {
      interrupt = () => resolve('it was interrupted')
    })
    signal?.addEventListener('abort', interrupt)
    control.write('enable\n')
    try {
      return await Promise.race([once(answers, 'data').then(() => null), gone, interrupted])
    } finally {
      signal?.removeEventListener('abort', interrupt)
    }
  }

  /**
   * Ends the recording. perf has written its file.
   *
   * @throws FailedRun if it has not within some seconds, and is killed
   */
  async stop(): Promise<void> {
    await this.#end('SIGINT')
    if (this.#perf.signalCode === 'SIGKILL')
      throw new FailedRun(`perf did not end its recording within ${PATIENCE_MS / 1000} s`)
  }

  async #end(how: NodeJS.Signals): Promise<void> {
    this.#perf.kill(how)
    const patience = setTimeout(() => this.#perf.kill('SIGKILL'), PATIENCE_MS)
    await this.#closed
    clearTimeout(patience)
  }

  /** What was recorded, in the order of time. For after `stop`. */
  async *events(): AsyncGenerator<KernelEvent> {
    const script = spawn(
      'perf',
      ['script', '--input', this.#file, '--ns', '--fields', 'trace:pid,tid,cpu,time,event,trace'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    const ended = once(script, 'close')
    try {
      for await (const line of createInterface({ input: script.stdout })) {
        const event = kernelEventOf(line)
        if (event !== null) yield event
      }
      const [code] = await ended
      if (code !== 0) throw new FailedRun(`perf script: exit ${code}`)
    } finally {
      script.kill('SIGKILL')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // It ends its `sleep`, too.
    await this.#end('SIGTERM')
  }
}

/** What perf gives as the reason, in its words. */
function reasonIn(text: string): string {
  const reason = /^Error:\s*(\S.*)$/m.exec(text)?.[1] ?? /\S.*/.exec(text)?.[0]
  return printable(reason ?? 'it says nothing')
}
