// Rows of a simulation by name of their column.
import type { Simulation } from '../../../lab/pacers/engine.ts'

export type Rows = Readonly<Record<string, number>>[]

export function rowsOf(simulation: Simulation): Rows {
  const rows: Record<string, number>[] = []
  for (const block of simulation.blocks())
    for (let row = 0; row < block.rows; row++)
      rows.push(
        Object.fromEntries(
          simulation.columns.map((name, at) => [name, block.columns[at]?.[row] as number]),
        ),
      )
  return rows
}

/** The same of a CSV's text. */
export function rowsOfCsv(text: string): Rows {
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.split(',')
  return lines.map(line => {
    const cells = line.split(',').map(Number)
    return Object.fromEntries(names.map((name, at) => [name, cells[at] as number]))
  })
}
