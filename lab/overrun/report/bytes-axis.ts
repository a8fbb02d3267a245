/** Axes of bytes whose values reach from 0 to many MiB. */

/** Below this the axis is linear and above it logarithmic, so that 0 has a place on it. */
const LINEAR_BYTES = 4096

/** Vega's expression for the label of a tick. */
export const BYTES_LABEL =
  "datum.value >= 1073741824 ? datum.value / 1073741824 + ' GiB' : datum.value >= 1048576 ? datum.value / 1048576 + ' MiB' : datum.value >= 1024 ? datum.value / 1024 + ' KiB' : datum.value + ' B'"

/**
 * The scale and axis of a field of bytes up to `most`. The axis begins at `least`; if that is below
 * 0, a mark at 0 is not cut.
 */
export function symlogBytes(
  most: number,
  title: string,
  least = 0,
): Readonly<Record<string, unknown>> {
  const end = Math.max(most * 1.15, 4 * LINEAR_BYTES)
  const values = [0]
  for (let tick = LINEAR_BYTES; tick <= end; tick *= 4) values.push(tick)
  return {
    type: 'quantitative',
    title,
    scale: { type: 'symlog', constant: LINEAR_BYTES, domain: [least, end], nice: false },
    axis: { values, labelExpr: BYTES_LABEL, labelOverlap: true },
  }
}
