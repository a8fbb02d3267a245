/** The league's tables for a terminal. */
import { median } from 'simple-statistics'
import { formatTable } from '../../table.ts'
import { LEAGUE_ENGINES, type LeagueResults } from './results.ts'
import { type Standing, simulatorErrors, standingsOf } from './standings.ts'

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

export const COLUMNS: readonly (readonly [head: string, cell: (standing: Standing) => string])[] = [
  ['pacer', ({ pacer }) => pacer],
  ['mean rank', ({ rank }) => rank.toFixed(2)],
  ['misses its goal by', ({ metrics }) => percent(metrics.missMedian)],
  ['worst overshoot', ({ metrics }) => percent(metrics.overshootWorst)],
  ['CPU over target', ({ metrics }) => percent(metrics.cpuOverTarget)],
  ['most assists', ({ metrics }) => percent(metrics.assistWorst)],
  ['settles in', ({ metrics }) => metrics.settling.toFixed(0)],
  ['oscillation', ({ metrics }) => percent(metrics.oscillation)],
  ['cycles/GiB', ({ metrics }) => metrics.cyclesPerGiB.toFixed(1)],
]

export function formatLeague({ played, failed, tasks }: LeagueResults): string {
  const tables = LEAGUE_ENGINES.flatMap(engine => {
    const standings = standingsOf(played, engine)
    if (standings.length === 0) return []
    const rows = standings.map(standing => COLUMNS.map(([, cell]) => cell(standing)))
    const scenarios = new Set(played.filter(one => one.engine === engine).map(({ scenario }) => scenario)).size
    const head = `${engine}: medians over ${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'}; in each column the least is best`
    const heads = COLUMNS.map(([name]) => name)
    return [`${head}\n${formatTable(heads, rows)}`]
  })
  const errors = simulatorErrors(played)
  if (errors.length > 0) {
    const [peak, cpu] = [median(errors.map(error => error.peak)), median(errors.map(error => error.cpu))]
    tables.push(
      `the simulator against the real heap, medians over ${errors.length} ${errors.length === 1 ? 'pair' : 'pairs'}: peak over goal ${percent(peak)}, share of the CPU ${percent(cpu)}`,
    )
  }
  for (const { engine, scenario, pacer, message } of failed)
    tables.push(`FAILED  ${pacer} on ${scenario}, ${engine}: ${message}`)
  if (played.length + failed.length < tasks) tables.push(`${played.length} of ${tasks} were played`)
  return `${tables.join('\n\n')}\n`
}
