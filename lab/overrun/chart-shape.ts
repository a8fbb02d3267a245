/**
 * The Vega-Lite specifications that experiments write (relatives/). Vega-Lite is a language with links, data from elsewhere and expressions; what of it no experiment uses is
 * refused in a file, so that a chart can do no more than draw the data inside it.
 */
import { dictionary, either, flag, list, name, number, orNull, type Shape, tree } from '../shape.ts'

const WORDS = new Set([
  ...['$schema', 'title', 'width', 'height', 'data', 'mark', 'encoding', 'layer', 'vconcat', 'facet', 'spec', 'row'],
  ...['transform', 'window', 'op', 'as', 'groupby', 'sort', 'resolve', 'type', 'interpolate', 'point', 'opacity'],
  ...['x', 'y', 'color', 'shape', 'strokeDash', 'yOffset', 'field', 'datum', 'scale', 'constant', 'reverse', 'nice'],
  ...['axis', 'format', 'legend', 'labelLimit', 'header', 'labelAngle', 'labelAlign'],
])
/** Of widths, angles, opacities and data that stand alone; an axis of more pixels has more ticks than memory. */
const MOST = 10_000

const leaf = orNull(either(flag, either(name, number(-MOST, MOST))))
const datum = either(name, number(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER))

export const chartShape: Shape<Readonly<Record<string, unknown>>> = tree({
  words: WORDS,
  leaf,
  apart: { values: list(dictionary(datum)) },
})
