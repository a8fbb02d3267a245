// SIZE: a whole number of bytes, bare or with a unit.
//   SIZE = DIGITS [ 'B' | 'KiB' | 'MiB' | 'GiB' ]          an option's
//   SIZE = DIGITS [ 'B' | 'KiB' | 'MiB' | 'GiB' | 'TiB' ]  GOMEMLIMIT's, as in Go

const shifts: Readonly<Record<string, number>> = { '': 0, B: 0, KiB: 10, MiB: 20, GiB: 30, TiB: 40 }

/** The units of an option's SIZE, as a message names them. */
export const sizeUnits = 'B, KiB, MiB or GiB'

/** The units of Go's byte counts. */
export const goSizeUnits = 'B, KiB, MiB, GiB or TiB'

/**
 * The bytes that a SIZE stands for. null if the text is no SIZE, or if it counts more bytes than a
 * double holds exactly. `TiB` is read too: a caller that does not allow it looks for it, or has a
 * smaller bound.
 */
export function parseSize(text: string): number | null {
  const match = /^(\d+)(B|[KMGT]iB)?$/.exec(text)
  if (match === null) return null
  const bytes = Number(match[1]) * 2 ** (shifts[match[2] ?? ''] as number)
  return Number.isSafeInteger(bytes) ? bytes : null
}
