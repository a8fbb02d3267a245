/** Tables on a terminal. */
import { printable } from 'sawtooth/internal/runtime/errors/printable'

/**
 * Rows under their heads, a line each. A column whose cells all begin like a number is aligned to
 * the right, any other to the left.
 */
export function formatTable(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = heads.map((head, column) =>
    Math.max(...[head, ...rows.map(row => row[column] ?? '')].map(cell => printable(cell).length)),
  )
  const isNumber = heads.map((_, column) =>
    rows.every(row => /^(?:[-\d]|$)/.test(row[column] ?? '')),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map(printable)
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return isNumber[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return `${[heads, ...rows].map(line).join('\n')}\n`
}

/** The same for rows whose cells have names, as those of experiments. null is printed as `-`. */
export function formatRows(
  rows: readonly Readonly<Record<string, string | number | null>>[],
): string {
  const heads = Object.keys(rows[0] ?? {})
  return formatTable(
    heads,
    rows.map(row => heads.map(head => String(row[head] ?? '-'))),
  )
}
