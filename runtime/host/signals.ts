/**
 * The signals that end a command, for all commands.
 *
 * 1. The first signal ends the command with what it has: a run with its record, a measurement with
 *    what was measured.
 * 2. Later signals change nothing: npm and terminals send the same signal twice, to a process and
 *    to its group.
 * 3. A command that is not over in time is ended here.
 */
import { writeSync } from 'node:fs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
/**
 * How long an interrupted command may take to end, in ms. A run takes less than one second, unless
 * it writes its record to a slow disk.
 */
const PATIENCE_MS = 10_000
/** The exit code of an interrupted command, whichever the signal. */
const INTERRUPTED_EXIT = 130

/** Why an AbortSignal of `interruptible` is aborted. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** True for SIGQUIT, as in Go: first say what everybody does. */
  readonly wantsDump: boolean

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`)
    this.wantsDump = signal === 'SIGQUIT'
  }
}

/**
 * Returns what `work` returns. The first signal aborts what `work` is given, with an Interruption.
 * After it the listeners stay: the process is about to end, and what it still has to write must not
 * be cut short.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const interrupt = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupt.signal.aborted) return
    setTimeout(() => giveUp(signal, patienceMs), patienceMs).unref()
    interrupt.abort(new Interruption(signal))
  }
  for (const signal of SIGNALS) process.on(signal, onSignal)
  try {
    return await work(interrupt.signal)
  } finally {
    if (!interrupt.signal.aborted) for (const signal of SIGNALS) process.off(signal, onSignal)
  }
}

function giveUp(signal: NodeJS.Signals, patienceMs: number): never {
  try {
    writeSync(
      2,
      `sawtooth: not over ${patienceMs / 1000} s after ${signal}: ended without the rest\n`,
    )
  } finally {
    process.exit(INTERRUPTED_EXIT)
  }
}
