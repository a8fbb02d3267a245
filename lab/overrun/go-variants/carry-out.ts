/** What the commands of Go's variants have in common. */
import { loadavg } from 'node:os'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { say } from 'sawtooth/internal/runtime/output/standard-streams'
import { Progress } from '../../progress.ts'
import { FailedRun } from '../../run.ts'

/**
 * Measures, then concludes. Returns what `conclude` returns; 1 for a build or run that failed, of
 * which a line says why; 130 after an interrupt.
 */
export async function carryOut<Found>(
  command: string,
  signal: AbortSignal,
  measure: (show: (text: string) => void) => Promise<Found>,
  conclude: (found: Found) => Promise<number>,
): Promise<number> {
  const progress = new Progress()
  try {
    const found = await measure(text => progress.show(`${command}: ${text}`))
    progress.erase()
    return await conclude(found)
  } catch (error) {
    progress.erase()
    if (signal.aborted) return 130
    if (!(error instanceof FailedRun)) throw error
    say(`sawtooth: ${command}: ${printable(error.message)}\n`)
    return 1
  }
}

/** The machine's load average over a minute. */
export function loadOfMachine(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2))
}
