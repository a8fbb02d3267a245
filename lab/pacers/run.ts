/** `sawtooth pacers run`: one pacer over one scenario, on the real heap. */

import { DEFAULT_PACER } from 'sawtooth/internal/gc/pacer/registry'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { FailedRun } from '../run.ts'
import { runHelp } from './help.ts'
import { inputOf } from './input.ts'
import { outputsOf, parseRunOptions } from './options.ts'
import { type Measured, measure } from './real/engine.ts'
import { writeRows } from './write-rows.ts'

/**
 * Returns 0, 1 for a run that failed, or 130 after an interrupt. Throws a UsageError, or as one of
 * these an InputError.
 */
export async function runCommand(argv: readonly string[]): Promise<number> {
  const options = parseRunOptions(argv)
  if (options === 'help') {
    print(runHelp)
    return 0
  }
  const { scenario } = inputOf(options, 'stepped')
  const pacer = options.pacer ?? DEFAULT_PACER
  await loadPacer(pacer, outputsOf(options)) // a wrong one is found now
  return interruptible(async signal => {
    let measured: Measured
    try {
      measured = await measure(scenario, { ...options, pacer, signal })
    } catch (error) {
      if (!(error instanceof FailedRun)) throw error
      if (signal.aborted) return 130
      say(`sawtooth: ${printable(error.message)}\n`)
      return 1
    }
    const { termination, gate, credit } = measured.record
    const header = {
      ...{ schema: 1, engine: 'real', pacer, scenario: scenario.origin, seed: options.seed },
      ...{
        procs: measured.record.procs,
        termination,
        gate,
        credit,
        scanRate: measured.scanRate,
        offCpu: measured.offCpu,
      },
    }
    await writeRows(measured, options, header)
    for (const remark of measured.remarks()) say(`sawtooth: ${printable(remark)}\n`)
    return 0
  })
}
