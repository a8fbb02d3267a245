/** Ctrl-C, for what can end early with what it has. */

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** What `work` returns. The first interrupt aborts its signal, and a second one kills. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interrupt = new AbortController()
  const abort = (): void => {
    leave()
    interrupt.abort()
  }
  const leave = (): void => {
    for (const signal of SIGNALS) process.off(signal, abort)
  }
  for (const signal of SIGNALS) process.on(signal, abort)
  try {
    return await work(interrupt.signal)
  } finally {
    leave()
  }
}
