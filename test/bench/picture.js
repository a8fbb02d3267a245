// Draws the heap of a run, from the record that `run --json` wrote, as SVG:
//   node test/bench/picture.js RECORD.json PICTURE.svg [--from MS] [--to MS]
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { drawSvg, LIGHT } from './svg.js'

const SERIES = [
  ['heap live', LIGHT.live],
  ['goal', LIGHT.goal],
  ['trigger', LIGHT.trigger],
  ['mark phase', LIGHT.mark],
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
    width: 780,
    height: 300,
    title: {
      text: `${basename(record.program)}: the heap of one run`,
      subtitle: `${record.procs} P on ${record.cpus} CPUs, GOGC=${record.gogc}, pacer ${record.pacer}, Node ${record.node}; ${cycles.length} cycles shown of ${record.cycles.length}`,
      anchor: 'start',
      color: LIGHT.text,
      subtitleColor: LIGHT.text,
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
  }
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
await drawSvg(specification, pictureFile)
