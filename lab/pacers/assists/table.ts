/** The results of `sawtooth pacers assists`, and their table. */
import type { Machine } from '../../machine.ts'
import { formatTable } from '../../table.ts'
import { percent } from '../league/table.ts'
import { PARTS } from './distribution.ts'

export interface Assists {
  readonly pacer: string
  readonly engine: 'stepped' | 'real'
  /** Each tenth of the mark's share of all assists; null if there were none. */
  readonly shares: readonly number[] | null
}

export interface AssistsResults {
  readonly schema: 1
  readonly machine: Machine
  readonly command: string
  readonly seed: number
  readonly scenario: string
  readonly assists: readonly Assists[]
}

export const ASSISTS_HEADS = [
  ...['pacer', 'engine', 'in the first half'],
  ...Array.from({ length: PARTS }, (_, part) => `${part + 1}/${PARTS}`),
]

export function assistsRows({ assists }: Pick<AssistsResults, 'assists'>): string[][] {
  return assists.map(({ pacer, engine, shares }) => {
    if (shares === null) return [pacer, engine, 'no assists']
    const first = shares.slice(0, PARTS / 2).reduce((sum, share) => sum + share, 0)
    return [pacer, engine, percent(first), ...shares.map(percent)]
  })
}

export function formatAssists(results: AssistsResults): string {
  return formatTable(ASSISTS_HEADS, assistsRows(results))
}
