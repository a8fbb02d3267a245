/** The form of `pacers workers --json`, and its tables. */
import { median } from 'simple-statistics'
import type { Machine } from '../../machine.ts'
import { formatTable } from '../../table.ts'
import { percent } from '../league/table.ts'
import { type Column, type Question, questions } from './questions.ts'

/** A pacer under a setting: the numbers of a question's columns, by head, in each round. */
export interface WorkersRow {
  readonly question: string
  readonly pacer: string
  readonly setting: string
  readonly rounds: readonly Readonly<Record<string, number>>[]
  /** The share of the time in which threads were ready and had no CPU; null: not known. */
  readonly offCpu: number | null
}

export interface WorkersResults {
  readonly schema: 1
  readonly machine: Machine
  readonly command: string
  readonly seed: number
  readonly procs: number
  readonly rows: readonly WorkersRow[]
}

/** A number of each round, in order. */
export function roundsOf({ rounds }: WorkersRow, { head }: Pick<Column, 'head'>): number[] {
  return rounds.map(round => round[head] ?? Number.NaN)
}

/** For each round, the number under the first setting over that under the second. */
export function skewsOf(rows: readonly WorkersRow[], question: Question, column: Column): number[] {
  const [first, second] = question.settings.map(({ name }) =>
    rows.find(({ setting }) => setting === name),
  )
  if (first === undefined || second === undefined) return []
  const others = roundsOf(second, column)
  return roundsOf(first, column).map((value, round) => value / (others[round] ?? Number.NaN))
}

export const headsOf = ({ columns }: Question): string[] => [
  ...['pacer', 'workers', ...columns.map(({ head }) => head), 'no CPU'],
]

export function cellsOf(question: Question, rows: readonly WorkersRow[]): string[][] {
  return [...new Set(rows.map(({ pacer }) => pacer))].flatMap(pacer => {
    const own = rows.filter(row => row.pacer === pacer)
    const cells = own.map(row => [
      ...[pacer, row.setting],
      ...question.columns.map(column => cellOf(roundsOf(row, column), column.isPercent)),
      row.offCpu === null ? '-' : percent(row.offCpu),
    ])
    const skew = question.columns.map(column =>
      column.isCompared ? cellOf(skewsOf(own, question, column), false) : '',
    )
    const between = question.settings.map(({ name }) => name).join(' / ')
    return [...cells, [pacer, between, ...skew, '']]
  })
}

/** The middle of the rounds, and between which two they lie. */
function cellOf(values: readonly number[], isPercent: boolean): string {
  if (values.length === 0) return ''
  const shown = (value: number): string => (isPercent ? percent(value) : value.toPrecision(3))
  const middle = shown(median([...values]))
  if (values.length === 1) return middle
  const [least, most] = [Math.min(...values), Math.max(...values)].map(value =>
    shown(value).replace(' %', ''),
  )
  return `${middle} (${least} to ${most})`
}

export function formatWorkers({ rows }: WorkersResults): string {
  const tables = questions.flatMap(question => {
    const own = rows.filter(row => row.question === question.name)
    if (own.length === 0) return []
    return `${question.title}\n${formatTable(headsOf(question), cellsOf(question, own))}`
  })
  return tables.join('\n')
}
