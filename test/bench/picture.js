// Draws the heap of a run, from the record that `run --json` wrote, as SVG:
//   node test/bench/picture.js RECORD.json PICTURE.svg [--from MS] [--to MS]
import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { parse, View } from 'vega'
import { compile } from 'vega-lite'

/** Light, and what takes its place where the viewer prefers dark. */
const COLOURS = {
  live: ['#0b7a75', '#3fc1b8'],
  goal: ['#c2410c', '#fb923c'],
  trigger: ['#6b7280', '#9ca3af'],
  mark: ['#e3ecf5', '#263241'],
  text: ['#24292f', '#e6edf3'],
  grid: ['#d8dee4', '#30363d'],
  ground: ['#ffffff', '#0d1117'],
}
const light = Object.fromEntries(Object.entries(COLOURS).map(([name, [colour]]) => [name, colour]))
const SERIES = [
  ['heap live', light.live],
  ['goal', light.goal],
  ['trigger', light.trigger],
  ['mark phase', light.mark],
]

const MIB = 2 ** 20

/**
 * Where a cycle's mark phase begins and ends, in ms of the run. It ends with the reset of the live
 * heap.
 */
function marking(cycle) {
  const begin = cycle.startMs + cycle.stwSetupUs / 1000
  return { begin, end: begin + cycle.markMs + cycle.stwTerminationUs / 1000 }
}

/**
 * The rows of the picture. Between two cycles the record only holds the heap at both ends, and a
 * straight line joins these.
 */
function rowsOf(cycles) {
  const rows = []
  let since = 0
  for (const cycle of cycles) {
    const { begin, end } = marking(cycle)
    const point = (series, ms, bytes) => rows.push({ series, ms, mib: bytes / MIB })
    point('heap live', cycle.startMs, cycle.heapAtStart)
    point('heap live', end, cycle.heapAtMarkEnd)
    point('heap live', end, cycle.heapMarked)
    if (cycle.goal !== null) point('goal', since, cycle.goal)
    if (cycle.goal !== null) point('goal', end, cycle.goal)
    if (cycle.triggerBytes !== null) point('trigger', since, cycle.triggerBytes)
    if (cycle.triggerBytes !== null) point('trigger', end, cycle.triggerBytes)
    rows.push({ series: 'mark phase', ms: begin, until: end })
    since = end
  }
  return rows
}

function chart(record, from, to) {
  const cycles = record.cycles.filter(cycle => cycle.startMs < to && marking(cycle).end > from)
  const rows = rowsOf(cycles)
  const time = {
    field: 'ms',
    type: 'quantitative',
    title: 'ms since the run began',
    scale: { domain: [from, to], nice: false },
    axis: { grid: false, tickCount: 10 },
  }
  const bytes = { field: 'mib', type: 'quantitative', title: 'MiB', axis: { tickCount: 6 } }
  const colour = {
    field: 'series',
    type: 'nominal',
    title: null,
    scale: { domain: SERIES.map(([name]) => name), range: SERIES.map(([, value]) => value) },
    legend: {
      orient: 'top',
      symbolType: 'square',
      symbolSize: 130,
      symbolStrokeWidth: 0,
      symbolOpacity: 1,
    },
  }
  const line = (series, mark) => ({
    transform: [{ filter: `datum.series === '${series}'` }],
    mark: { type: 'line', clip: true, interpolate: 'linear', ...mark },
    encoding: { x: time, y: bytes, color: colour, order: { field: 'order', type: 'quantitative' } },
  })
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 780,
    height: 300,
    padding: 14,
    background: light.ground,
    title: {
      text: `${basename(record.program)}: the heap of one run`,
      subtitle: `${record.procs} P on ${record.cpus} CPUs, GOGC=${record.gogc}, pacer ${record.pacer}, Node ${record.node}; ${cycles.length} cycles shown of ${record.cycles.length}`,
      anchor: 'start',
      color: light.text,
      subtitleColor: light.text,
      offset: 6,
    },
    data: { values: rows.map((row, order) => ({ ...row, order })) },
    layer: [
      {
        transform: [{ filter: "datum.series === 'mark phase'" }],
        mark: { type: 'rect', clip: true },
        encoding: { x: time, x2: { field: 'until' }, color: colour },
      },
      line('trigger', { strokeWidth: 1.2, strokeDash: [4, 3] }),
      line('goal', { strokeWidth: 1.6 }),
      line('heap live', { strokeWidth: 2 }),
    ],
    config: {
      font: 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif',
      view: { stroke: null },
      axis: {
        labelColor: light.text,
        titleColor: light.text,
        gridColor: light.grid,
        domainColor: light.grid,
        tickColor: light.grid,
        labelFontSize: 12,
        titleFontSize: 12,
        titleFontWeight: 'normal',
      },
      legend: { labelColor: light.text, labelFontSize: 13 },
      title: { fontSize: 15, subtitleFontSize: 12 },
    },
  }
}

/**
 * CSS rules that exchange the colours where the viewer prefers dark. They win over the attributes
 * that Vega writes.
 */
function darkRules() {
  const rules = Object.values(COLOURS).flatMap(([day, night]) =>
    ['fill', 'stroke'].map(attribute => `[${attribute}="${day}"]{${attribute}:${night}}`),
  )
  return `<style>@media (prefers-color-scheme: dark){${rules.join('')}}</style>`
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { from: { type: 'string', default: '0' }, to: { type: 'string' } },
})
const [recordFile, pictureFile] = positionals
if (recordFile === undefined || pictureFile === undefined)
  throw new Error('usage: picture.js RECORD.json PICTURE.svg')
const record = JSON.parse(readFileSync(recordFile, 'utf8'))
const specification = chart(record, Number(values.from), Number(values.to ?? record.wallMs))
const svg = await new View(parse(compile(specification).spec), { renderer: 'none' }).toSVG()
writeFileSync(pictureFile, `${svg.replace(/(<svg[^>]*>)/, `$1${darkRules()}`)}\n`)
