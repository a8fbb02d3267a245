/** The league's tables for a terminal. */

import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { median } from 'simple-statistics'
import { formatTable } from '../../table.ts'
import { LEAGUE_ENGINES, type LeagueEngine, type LeagueResults } from './results.ts'
import { type Standing, simulatorErrors, standingsOf } from './standings.ts'

/** A percentage. One that is rounded to 0 has no sign. */
export const percent = (share: number): string =>
  `${(share * 100).toFixed(1).replace(/^-0\.0$/, '0.0')} %`

const COLUMNS: readonly (readonly [head: string, cell: (standing: Standing) => string])[] = [
  ['pacer', ({ pacer }) => pacer],
  ['mean rank', ({ rank }) => rank.toFixed(2)],
  ['misses its goal by', ({ metrics }) => percent(metrics.missMedian)],
  ['worst overshoot', ({ metrics }) => percent(metrics.overshootWorst)],
  ['CPU over target', ({ metrics }) => percent(metrics.cpuOverTarget)],
  ['most assists', ({ metrics }) => percent(metrics.assistWorst)],
  ['settles in', ({ metrics }) => metrics.settling.toFixed(0)],
  ['oscillation', ({ metrics }) => percent(metrics.oscillation)],
  ['cycles/GiB', ({ metrics }) => metrics.cyclesPerGiB.toFixed(1)],
  [
    'simulator off by',
    ({ simulatorError }) => (simulatorError === null ? '-' : percent(simulatorError)),
  ],
]

/** The columns of an engine. Only the real heap has the last one. */
export const columnsOf = (engine: LeagueEngine): typeof COLUMNS =>
  engine === 'real' ? COLUMNS : COLUMNS.slice(0, -1)

export const counted = (count: number, what: string): string =>
  `${count} ${what}${count === 1 ? '' : 's'}`

export function formatLeague({ played, failed, tasks }: LeagueResults): string {
  const tables = LEAGUE_ENGINES.flatMap(engine => {
    if (!played.some(one => one.engine === engine)) return []
    const { rows, scenarios } = standingsOf(played, engine)
    if (rows.length === 0) return [`${engine}: no scenario was played by all pacers`]
    const head = `${engine}: medians over ${counted(scenarios.length, 'scenario')}; in each column the least is best`
    const columns = columnsOf(engine)
    const cells = rows.map(row => columns.map(([, cell]) => cell(row)))
    return [
      `${head}\n${formatTable(
        columns.map(([name]) => name),
        cells,
      ).trimEnd()}`,
    ]
  })
  const errors = simulatorErrors(played)
  if (errors.length > 0) {
    const [peak, cpu] = [
      median(errors.map(error => error.peak)),
      median(errors.map(error => error.cpu)),
    ]
    const worst = errors.reduce((one, other) => (other.cpu > one.cpu ? other : one))
    tables.push(
      `the simulator against the real heap, medians over ${counted(errors.length, 'pair')}: peak over goal ${percent(peak)}, share of the CPU ${percent(cpu)}\n` +
        `the worst: ${worst.pacer} on ${worst.scenario}, peak over goal ${percent(worst.peak)}, share of the CPU ${percent(worst.cpu)}`,
    )
  }
  for (const { engine, scenario, pacer, message } of failed)
    tables.push(printable(`FAILED  ${pacer} on ${scenario}, ${engine}: ${message}`))
  if (played.length + failed.length < tasks.length)
    tables.push(`played: ${played.length} of ${tasks.length}`)
  return `${tables.join('\n\n')}\n`
}
