/**
 * The Vega-Lite specifications that experiments write (experiments/). Vega-Lite is a language with
 * links, data from elsewhere and expressions. A file may use only what the experiments use, so a
 * chart can only draw the data inside it.
 */
import {
  dictionary,
  either,
  flag,
  list,
  name,
  number,
  orNull,
  type Shape,
  suchThat,
  tree,
} from '../shape.ts'

const WORDS = new Set([
  ...[
    '$schema',
    'title',
    'width',
    'height',
    'data',
    'mark',
    'encoding',
    'layer',
    'vconcat',
    'facet',
    'spec',
    'row',
  ],
  ...[
    'transform',
    'window',
    'op',
    'as',
    'groupby',
    'sort',
    'resolve',
    'type',
    'interpolate',
    'point',
    'opacity',
  ],
  ...[
    'x',
    'y',
    'color',
    'shape',
    'strokeDash',
    'yOffset',
    'field',
    'datum',
    'scale',
    'constant',
    'reverse',
    'nice',
  ],
  ...['axis', 'format', 'legend', 'labelLimit', 'header', 'labelAngle', 'labelAlign'],
])
/**
 * The bound of widths, angles, opacities and single data. An axis of more pixels has more ticks
 * than memory.
 */
const MOST = 10_000

const wordOrNumber = either('a text or a number', name, number(-MOST, MOST))
const leaf = orNull(either('a text, a number, or true or false', flag, wordOrNumber))

const cell = either(
  'a text or a number',
  name,
  number(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
)
const hasOneHead = (rows: readonly object[]): boolean =>
  new Set(rows.map(row => JSON.stringify(Object.keys(row)))).size <= 1
const ONE_HEAD = 'must have the same names in each row'

/** Rows of a table. null is a figure that is not known. */
export const rowsShape = suchThat(list(dictionary(orNull(cell))), ONE_HEAD, hasOneHead)

const dataShape = suchThat(list(dictionary(cell)), ONE_HEAD, hasOneHead)

const values = suchThat(dataShape, 'must have values of the same kind by each name', rows =>
  Object.keys(rows[0] ?? {}).every(key => new Set(rows.map(row => typeof row[key])).size === 1),
)

export const chartShape: Shape<Readonly<Record<string, unknown>>> = tree({
  words: WORDS,
  leaf,
  apart: { values },
})
