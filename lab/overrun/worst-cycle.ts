/** The cycle that passed its goal by most, as its run's trace shows it: what each P did when its mark came to an end. */
import type { CycleRecord } from '../../runtime/record.ts'
import { ownJson } from '../json.ts'
import type { WorstCycle } from './results.ts'

/** An event of `--trace` (runtime/report/trace-events.ts): times in µs. */
interface TraceEvent {
  readonly ph: string
  readonly name: string
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly args?: Readonly<Record<string, unknown>>
}

/** The lane of P 0; the one before is the collector's. */
const FIRST_P = 2
/** What is shown before the end of the mark, and after the world goes on, in ms. */
const BEFORE_MS = 15
const AFTER_MS = 1

/** `trace`: the text of the trace file. null if no cycle passed its goal. */
export function worstCycleOf(cycles: readonly CycleRecord[], trace: string): WorstCycle | null {
  const worst = cycles.reduce<CycleRecord | null>(
    (most, cycle) => (cycle.overrun > (most?.overrun ?? 0) ? cycle : most),
    null,
  )
  if (worst === null) return null
  const { n, startMs, stwSetupUs, markMs, stwTerminationUs, overrun, overrunBy, gaps } = worst
  const markEndMs = stwSetupUs / 1000 + markMs
  const from = startMs + Math.max(0, markEndMs - BEFORE_MS)
  const to = startMs + markEndMs + stwTerminationUs / 1000 + AFTER_MS
  const { traceEvents } = ownJson<{ readonly traceEvents: readonly TraceEvent[] }>(trace)
  const ofPs = traceEvents.filter(({ tid }) => tid >= FIRST_P)
  const lanes = ofPs.flatMap(({ ph, tid, name, ts, dur = 0 }) => {
    const [begins, ends] = [ts / 1000, (ts + dur) / 1000]
    if (ph !== 'X' || ends <= from || begins >= to) return []
    const fromMs = Math.max(begins, from) - startMs
    return [{ p: tid - FIRST_P, what: name, fromMs, toMs: Math.min(ends, to) - startMs }]
  })
  lanes.sort((one, other) => one.p - other.p || one.fromMs - other.fromMs)
  const requests = ofPs.flatMap(({ ph, tid, name, ts, args }) => {
    const atMs = ts / 1000
    if (ph !== 'i' || name !== 'charge' || atMs < from || atMs > to) return []
    return [{ p: tid - FIRST_P, atMs: atMs - startMs, bytes: Number(args?.['bytes'] ?? 0) }]
  })
  return { n, overrun, by: overrunBy, gaps, lanes, requests, markEndMs }
}
