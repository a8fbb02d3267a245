/** The results of `sawtooth pacers assists`, and their table. */
import type { Machine } from '../../machine.ts'
import { formatTable } from '../../table.ts'
import { percent } from '../league/table.ts'
import type { Account } from './account.ts'
import { PARTS } from './distribution.ts'

export interface Assists {
  readonly pacer: string
  readonly engine: 'stepped' | 'real'
  /** Each tenth of the mark's share of all assists; null if there were none. */
  readonly shares: readonly number[] | null
  /** Who owed and who paid, on the real heap. */
  readonly account?: Account
}

export interface AssistsResults {
  readonly schema: 1
  readonly machine: Machine
  readonly command: string
  readonly seed: number
  readonly scenario: string
  readonly assists: readonly Assists[]
}

const TENTHS = Array.from({ length: PARTS }, (_, part) => `${part + 1}/${PARTS}`)
export const ASSISTS_HEADS = ['pacer', 'engine', 'in the first half', ...TENTHS]

/** The rows of an account, with what they are called. */
export const ACCOUNT_ROWS = [
  ['allocated', 'allocated'],
  ['owed', 'owed for it'],
  ['workers', 'scanned by workers'],
  ['assists', 'scanned by assists'],
  ['replayed', 'assists, replayed'],
  ['withCredit', 'with earlier credit'],
] as const satisfies readonly (readonly [keyof Account, string])[]
export const ACCOUNT_HEADS = ['pacer', 'what', 'of the work', ...TENTHS]
export const ACCOUNT_SAYS =
  'The account of the real heap. A row has the part of each tenth of the mark in all of that row, and as the first number all of it as a share of the scan work. Assists are replayed from when memory was taken and when workers marked, with no credit at the start of a cycle, as it is, and with the credit that the cycle before had left. The last row of a pacer is the background credit that nobody has claimed at the end of each tenth, as a share of the scan work.'

export function assistsRows({ assists }: Pick<AssistsResults, 'assists'>): string[][] {
  return assists.map(({ pacer, engine, shares }) => {
    if (shares === null) return [pacer, engine, 'no assists']
    const first = shares.slice(0, PARTS / 2).reduce((sum, share) => sum + share, 0)
    return [pacer, engine, percent(first), ...shares.map(percent)]
  })
}

const sumOf = (amounts: readonly number[]): number =>
  amounts.reduce((sum, amount) => sum + amount, 0)

/** Nothing at all has no tenths. */
export function sharesOf(amounts: readonly number[]): number[] {
  const all = sumOf(amounts)
  return all > 0 ? amounts.map(amount => amount / all) : []
}

export function accountRows({ assists }: Pick<AssistsResults, 'assists'>): string[][] {
  return assists.flatMap(({ pacer, account }) =>
    account === undefined
      ? []
      : [
          ...ACCOUNT_ROWS.map(([name, what]) => [
            ...[pacer, what, percent(sumOf(account[name]) / account.work)],
            ...sharesOf(account[name]).map(percent),
          ]),
          [pacer, 'credit', '', ...account.credit.map(percent)],
        ],
  )
}

export function formatAssists(results: AssistsResults): string {
  const table = formatTable(ASSISTS_HEADS, assistsRows(results))
  const rows = accountRows(results)
  return rows.length === 0 ? table : `${table}\n${formatTable(ACCOUNT_HEADS, rows)}`
}
