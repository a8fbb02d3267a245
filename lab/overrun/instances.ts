/**
 * Several instances: other processes that run the same as the measured one, at the same time.
 * golang/go#52433 was easier to reproduce with several instances of its test.
 *
 * One instance is measured, in this process. The others are what the machine is busy with, as the
 * threads of `--noise` are, and stop for their own collections. Each begins before the measured run
 * and allocates until that run is over.
 *
 * None outlives the measurement. An instance of ours ends when its channel to this process closes,
 * however that happens. One of Go's is killed, also when this process exits; if this process is
 * killed itself, it ends at its own deadline.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RunFlags } from 'sawtooth/internal/runtime/options/configuration'
import { FailedRun } from '../run.ts'
import { PATIENCE_MS } from './warm-threads.ts'

/** How long an instance may take to end once it is told to, in ms. Ours ends a run first. */
const END_MS = 10_000

/**
 * How long an instance would allocate by itself, in seconds: it is started before the others, which
 * have PATIENCE_MS for that, and so has the measured run after its time.
 */
export function secondsBeside(measuredSeconds: number): number {
  return measuredSeconds + (2 * PATIENCE_MS) / 1000
}

export interface Instance {
  readonly process: ChildProcess
  /** Whether a text that it printed says that its goroutines allocate now. */
  readonly saysReady: (printed: string) => boolean
}

/** An instance of ours. It runs the program of the sweep with these flags. */
export function startInstance(flags: RunFlags): Instance {
  const file = fileURLToPath(new URL('./instance-process.js', import.meta.url))
  const child = fork(file, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  child.send(flags, () => {}) // One that is gone already is noticed by its end.
  return { process: child, saysReady: printed => printed.includes('ready\n') }
}

/**
 * Does `work` beside these instances, which allocate before it begins, and are over after it,
 * however it ends.
 *
 * @throws FailedRun if one does not begin in time, or ends before the work does
 */
export async function withInstances<T>(
  instances: readonly Instance[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const kill = (): void => {
    for (const { process: child } of instances) child.kill('SIGKILL')
  }
  process.once('exit', kill)
  const watched = instances.map(one => new Watched(one))
  try {
    await Promise.all(watched.map(one => one.ready(signal)))
    signal?.throwIfAborted()
    const done = await work()
    if (signal?.aborted !== true) for (const one of watched) one.expectRunning()
    return done
  } finally {
    await Promise.all(watched.map(one => one.end()))
    process.off('exit', kill)
  }
}

class Watched {
  readonly #child: ChildProcess
  readonly #isReady: Promise<void>
  readonly #over: Promise<void>
  #printed = ''
  #isOver = false

  constructor({ process: child, saysReady }: Instance) {
    this.#child = child
    this.#isReady = new Promise(resolve => {
      // What it prints after that is read too, or it would wait for its reader.
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        this.#printed = (this.#printed + text).slice(-LAST_PRINTED)
        if (saysReady(this.#printed)) resolve()
      })
    })
    const over = (): void => {
      this.#isOver = true
    }
    this.#over = once(child, 'exit').then(over, over) // An error: it could not be started.
  }

  /** Until its goroutines allocate, or it is not wanted any more. */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    const decided = new AbortController()
    const limits = [decided.signal, ...(signal === undefined ? [] : [signal])]
    const late = delay(PATIENCE_MS, 'late', { signal: AbortSignal.any(limits) }).catch(() => '')
    const first = await Promise.race([this.#isReady, this.#over, late])
    decided.abort()
    if (first === 'late')
      throw new FailedRun(`an instance does not allocate after ${PATIENCE_MS / 1000} s`)
    if (signal?.aborted !== true) this.expectRunning()
  }

  /** Throws a {@link FailedRun} if it is over. */
  expectRunning(): void {
    if (!this.#isOver) return
    const { exitCode, signalCode } = this.#child
    const how = signalCode ?? `exit ${exitCode}`
    throw new FailedRun(
      `an instance ended before the measured one: ${how}: ${this.#printed.trim()}`,
    )
  }

  async end(): Promise<void> {
    if (this.#isOver) return
    if (this.#child.connected) this.#child.disconnect()
    else this.#child.kill('SIGKILL')
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), END_MS)
    await this.#over
    clearTimeout(patience)
  }
}

/** Characters of an instance's output that are kept, for what is said if it fails. */
const LAST_PRINTED = 2000
