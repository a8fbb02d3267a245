/**
 * The signals that end a command, for all commands. The first one ends it with what it has: a run with its record, a measurement with what was
 * measured. Those after it change nothing: npm and terminals send the same one twice, to a process and to its group. A command that is not over
 * in good time is ended here.
 */
import { writeSync } from 'node:fs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const
/** How long an interrupted command may take to its end, in ms. A run's takes less than one second, unless it must write its record to a slow disk. */
const PATIENCE_MS = 10_000
/** What an interrupted command exits with, whichever the signal. */
const INTERRUPTED_EXIT = 130

/** Why an AbortSignal of `interruptible` is aborted. */
export class Interruption extends Error {
  override readonly name = 'Interruption'
  /** SIGQUIT, as in Go: say first what everybody does. */
  readonly wantsDump: boolean

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`)
    this.wantsDump = signal === 'SIGQUIT'
  }
}

/**
 * What `work` returns. The first signal aborts what `work` is given, with an Interruption. Once it has come, the listeners stay: the process is about to
 * end, and what it still has to write must not be cut short.
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
