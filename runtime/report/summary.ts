/** The summary that a run prints on stderr when it ends. */
import type { CycleRecord, RunRecord } from '../record.ts'
import { stoppedCpuMs } from './gctrace.ts'
import { humanBytes, humanCount, humanMs, humanPercent } from './units.ts'

/** Label, value, and what is to be said of it. */
type Line = readonly [label: string, value: string, note: string]

/** Lines, each with its line feed: labels to the left, values to the right of their columns. */
export function formatSummary(record: RunRecord): string {
  const lines = [
    line('cycles', humanCount(record.cycles.length), cyclesNote(record)),
    ...pauseLines(record.cycles),
    ...cpuLines(record),
    line(
      'allocated',
      humanBytes(record.allocations.bytes),
      `${humanCount(record.allocations.objects)} objects${rateNote(record)}`,
    ),
    line('heap live', humanBytes(record.memStats.HeapAlloc), `goal ${goalText(record)}`),
    ...overrunLine(record.cycles),
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
    .map(([label, value, note]) => `${label.padEnd(labelWidth)}  ${value.padStart(valueWidth)}  ${note}`.trimEnd())
    .map(text => `${text}\n`)
    .join('')
}

function line(label: string, value: string, note = ''): Line {
  return [label, value, note]
}

function cyclesNote(record: RunRecord): string {
  const forced = record.cycles.filter(cycle => cycle.trigger === 'forced').length
  const restarts = sum(record.cycles, cycle => cycle.restarts)
  const { schedule } = record
  const time = schedule === null ? humanMs(record.wallMs) : `${humanCount(schedule.turns)} turns`
  const notes = [`in ${time} on ${record.procs} P`]
  if (forced > 0) notes.push(`${humanCount(forced)} forced`)
  if (restarts > 0) notes.push(`${humanCount(restarts)} restarts`)
  return notes.join(', ')
}

function pauseLines(cycles: readonly CycleRecord[]): Line[] {
  if (cycles.length === 0) return []
  const worst = maxBy(cycles, worstPauseUs)
  const total = sum(cycles, cycle => cycle.stwSetupUs + cycle.stwTerminationUs)
  return [
    line('pauses', humanMs(total / 1e3), 'in total'),
    line('worst pause', humanMs(worstPauseUs(worst) / 1e3), `in cycle ${worst.n}`),
  ]
}

function worstPauseUs(cycle: CycleRecord): number {
  return Math.max(cycle.stwSetupUs, cycle.stwTerminationUs)
}

/** Shares of wall time × Ps, as Go counts its CPU fraction; the total too leaves out idle workers' time, as nobody wanted it. */
function cpuLines(record: RunRecord): Line[] {
  if (record.cycles.length === 0 || durationMs(record) <= 0) return []
  const shareOf = (cpuMs: (cycle: CycleRecord) => number): number =>
    sum(record.cycles, cpuMs) / (durationMs(record) * record.procs)
  const assist = shareOf(cycle => cycle.cpuMs.assist)
  const dedicated = shareOf(cycle => cycle.cpuMs.dedicated)
  const fractional = shareOf(cycle => cycle.cpuMs.fractional)
  const idle = shareOf(cycle => cycle.cpuMs.idle)
  const stopped = shareOf(cycle => stoppedCpuMs(cycle, record))
  return [
    line('GC CPU', humanPercent(assist + dedicated + fractional + stopped), 'without idle workers'),
    line('  assist', humanPercent(assist)),
    line('  dedicated', humanPercent(dedicated)),
    line('  fractional', humanPercent(fractional)),
    line('  stopped', humanPercent(stopped)),
    line('  idle', humanPercent(idle)),
  ]
}

function overrunLine(cycles: readonly CycleRecord[]): Line[] {
  if (cycles.length === 0) return []
  const over = cycles.filter(cycle => cycle.overrun > 0)
  if (over.length === 0) return [line('worst overrun', '0 B', 'every cycle kept its goal')]
  const worst = maxBy(over, cycle => cycle.overrun)
  const percent = worst.goal === null || worst.goal === 0 ? '' : `${humanPercent(worst.overrun / worst.goal)} over `
  const goal = worst.goal === null ? 'its goal' : `${humanBytes(worst.goal)}`
  const others = `${humanCount(over.length)} of ${humanCount(cycles.length)} cycles overran`
  return [line('worst overrun', humanBytes(worst.overrun), `${percent}${goal} in cycle ${worst.n}; ${others}`)]
}

/** MemStats cannot say "no goal"; whether there is one, GOGC and the limit say. */
function goalText(record: RunRecord): string {
  const none = record.gogc === 'off' && record.memoryLimit === null
  return none ? 'none' : humanBytes(record.memStats.NextGC)
}

/** Time under a schedule is a count of turns, which says nothing of speed. */
function rateNote({ allocations, wallMs, schedule }: RunRecord): string {
  if (schedule !== null) return ''
  return `, ${humanBytes(wallMs > 0 ? Math.round((allocations.bytes * 1e3) / wallMs) : 0)}/s`
}

/** A turn is a microsecond. */
function durationMs({ wallMs, schedule }: RunRecord): number {
  return schedule === null ? wallMs : schedule.turns / 1e3
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

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0)
}

function maxBy<T>(list: readonly T[], value: (item: T) => number): T {
  return list.reduce((best, item) => (value(item) > value(best) ? item : best))
}
