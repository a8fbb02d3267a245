/** The summary that a run prints on stderr when it ends. */

import type { CycleTotals } from './cycle-totals.ts'
import { stoppedCpuMs } from './gctrace.ts'
import type { RunRecord } from './record.ts'
import { humanBytes, humanCount, humanMs, humanPercent } from './units.ts'

/** Label, value, and a note on it. */
type Line = readonly [label: string, value: string, note: string]

/**
 * Lines, each with its line feed: labels aligned to the left, values to the right of their column.
 * `totals`: of all cycles of the run.
 */
export function formatSummary(record: RunRecord, totals: CycleTotals): string {
  const lines = [
    line('cycles', humanCount(totals.count), cyclesNote(record, totals)),
    ...pauseLines(totals),
    ...cpuLines(record, totals),
    line(
      'allocated',
      humanBytes(record.allocations.bytes),
      `${humanCount(record.allocations.objects)} objects${rateNote(record)}`,
    ),
    line('heap live', humanBytes(record.memStats.HeapAlloc), `goal ${goalText(record)}`),
    ...overrunLine(totals),
    ...faultLines(record.faults),
    ...(record.schedule !== null && record.schedule.unmet > 0
      ? [
          line(
            'unmet',
            humanCount(record.schedule.unmet),
            'switches of the order did not come about: another program, or other options',
          ),
        ]
      : []),
    ...(record.rescues > 0
      ? [line('rescues', humanCount(record.rescues), 'lost wake-ups: a bug of this runtime')]
      : []),
  ]
  const labelWidth = Math.max(...lines.map(([label]) => label.length))
  const valueWidth = Math.max(...lines.map(([, value]) => value.length))
  return lines
    .map(([label, value, note]) =>
      `${label.padEnd(labelWidth)}  ${value.padStart(valueWidth)}  ${note}`.trimEnd(),
    )
    .map(text => `${text}\n`)
    .join('')
}

function line(label: string, value: string, note = ''): Line {
  return [label, value, note]
}

function cyclesNote(record: RunRecord, { forced, restarts }: CycleTotals): string {
  const { schedule } = record
  const time = schedule === null ? humanMs(record.wallMs) : `${humanCount(schedule.turns)} turns`
  const notes = [`in ${time} on ${record.procs} P`]
  if (forced > 0) notes.push(`${humanCount(forced)} forced`)
  if (restarts > 0) notes.push(`${humanCount(restarts)} restarts`)
  return notes.join(', ')
}

function pauseLines({ pausesUs, worstPause }: CycleTotals): Line[] {
  if (worstPause === null) return []
  return [
    line('pauses', humanMs(pausesUs / 1e3), 'in total'),
    line('worst pause', humanMs(worstPause.us / 1e3), `in cycle ${worstPause.n}`),
  ]
}

/**
 * Shares of the time that the Ps were active. The total is that of MemStats. It leaves out the time
 * of idle workers, since nobody else needed it.
 */
function cpuLines(record: RunRecord, { count, cpuMs, sweepMs, pausesUs }: CycleTotals): Line[] {
  if (count === 0 || record.activeMs <= 0) return []
  const part = (label: string, ms: number, note = ''): Line =>
    line(label, humanPercent(ms / (record.activeMs * record.procs)), note)
  return [
    line('GC CPU', humanPercent(record.memStats.GCCPUFraction), 'without idle workers'),
    part('  assist', cpuMs.assist),
    part('  dedicated', cpuMs.dedicated),
    part('  fractional', cpuMs.fractional),
    part('  stopped', stoppedCpuMs(pausesUs, record)),
    part('  idle', cpuMs.idle),
    part('sweep', sweepMs, 'in goroutines, not part of GC CPU'),
  ]
}

function overrunLine({ count, overran, overranLimited, worstOverrun }: CycleTotals): Line[] {
  if (count === 0) return []
  if (worstOverrun === null) return [line('worst overrun', '0 B', 'every cycle kept its goal')]
  const { n, overrun, goal } = worstOverrun
  const percent = goal === null || goal === 0 ? '' : `${humanPercent(overrun / goal)} over `
  const past = goal === null ? 'its goal' : `${humanBytes(goal)}`
  const limited =
    overranLimited === 0 ? '' : `, ${humanCount(overranLimited)} while the CPU limiter limited`
  const others = `${humanCount(overran)} of ${humanCount(count)} cycles overran${limited}`
  return [line('worst overrun', humanBytes(overrun), `${percent}${past} in cycle ${n}; ${others}`)]
}

/** MemStats cannot say "no goal". GOGC and the limit say whether there is one. */
function goalText(record: RunRecord): string {
  const none = record.gogc === 'off' && record.memoryLimit === null
  return none ? 'none' : humanBytes(record.memStats.NextGC)
}

/** Under a schedule, time is a count of turns, which says nothing about speed. */
function rateNote({ allocations, wallMs, schedule }: RunRecord): string {
  if (schedule !== null) return ''
  return `, ${humanBytes(wallMs > 0 ? Math.round((allocations.bytes * 1e3) / wallMs) : 0)}/s`
}

function faultLines(faults: RunRecord['faults']): Line[] {
  return faults
    .filter(({ named }) => named)
    .map(({ point, passes, strikes }) =>
      line(
        `fault ${point}`,
        humanCount(strikes),
        passes === 0 ? 'never reached' : `strikes in ${humanCount(passes)} passes`,
      ),
    )
}
