/** Assists inside the marks of a real heap, from the trace of its run. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { readTraceEvents, type TraceFile } from 'sawtooth/internal/runtime/report/trace-events'
import { measure, type RealOptions, WARM_CYCLES } from '../real/engine.ts'
import type { Scenario } from '../scenario.ts'
import { type Account, accountOf } from './account.ts'
import { Distribution } from './distribution.ts'
import { LEARNING } from './simulated.ts'

/** Where goroutines assist, and why there. Throws an InputError and FailedRun. */
export async function realAssists(
  scenario: Scenario,
  options: RealOptions,
): Promise<{ readonly distribution: Distribution; readonly account: Account }> {
  const folder = makeTemporaryFolder()
  try {
    const trace = join(folder, 'trace.json')
    const { own } = await measure(scenario, { ...options, trace })
    const events = readTraceEvents(readFileSync(trace, 'utf8'))
    return {
      distribution: assistsIn(events, WARM_CYCLES + LEARNING),
      account: accountOf(events, own.slice(LEARNING)),
    }
  } finally {
    removeTemporaryFolder(folder)
  }
}

/** The assists of a trace in the marks of the cycles after the first `but`. */
export function assistsIn({ events }: TraceFile, but: number): Distribution {
  const marks: { startMs: number; durationMs: number }[] = []
  const assists: { startMs: number; durationMs: number }[] = []
  for (const event of events) {
    if (event.kind !== 'slice') continue
    if (event.name === 'mark' && event.args.cycle > but) marks.push(event)
    else if (event.name === 'assist') assists.push(event)
  }
  const distribution = new Distribution()
  for (const mark of marks)
    for (const { startMs, durationMs } of assists) {
      const from = (startMs - mark.startMs) / mark.durationMs
      const to = from + durationMs / mark.durationMs
      if (from < 1 && to > 0) distribution.add(from, to, durationMs)
    }
  return distribution
}
