// Draws what each P did in a stretch of a run, from the trace that `run --trace` wrote, as SVG:
//   node test/bench/timeline.js TRACE.json PICTURE.svg [--cycle N --around MS] [--from MS --to MS]
// --cycle N takes the stretch from its mark, with --around MS before and after (default 1).
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { GC_LANE, readTraceEvents } from '../../dist/runtime/report/trace-events.js'
import { drawSvg, LIGHT } from './svg.js'

/** The activities of a P in the order in which they are drawn: what stands inside comes later. */
const ACTIVITIES = {
  goroutine: 'program',
  'dedicated worker': 'worker',
  'fractional worker': 'fraction',
  'idle worker': 'idle',
  'blocked in place': 'wait',
  assist: 'assist',
  sweep: 'sweep',
  stopped: 'stop',
  'sweep termination and mark setup': 'setup',
  'mark termination': 'termination',
}

function fail(message) {
  console.error(message)
  process.exit(2)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cycle: { type: 'string' },
    around: { type: 'string', default: '1' },
    from: { type: 'string' },
    to: { type: 'string' },
    help: { type: 'boolean' },
  },
})
const [traceFile, pictureFile] = positionals
if (values.help || traceFile === undefined || pictureFile === undefined) {
  console.log(`Draws what each P did in a stretch of a run, from a trace.

Usage:
  node test/bench/timeline.js TRACE.json PICTURE.svg [options]

  --cycle N           the stretch of a cycle's mark (default: 1)
  --around MS         so much before and after it (default: 1)
  --from MS --to MS   another stretch of the run

Example:
  node test/bench/timeline.js trace.json timeline.svg --cycle 12`)
  process.exit(values.help ? 0 : 2)
}

const { procs, events } = readTraceEvents(readFileSync(traceFile, 'utf8'))
const slices = events.filter(({ kind }) => kind === 'slice')

/** From the request of the setup stop to the end of the termination stop of a cycle. */
function cycleOf(number) {
  const own = slices.filter(({ p, args }) => p === GC_LANE && args?.cycle === number)
  const [setup, termination] = ['mark setup', 'mark termination'].map(name =>
    own.find(slice => slice.name === name),
  )
  const cycles = slices.filter(({ p, name }) => p === GC_LANE && name === 'mark').length
  if (setup === undefined || termination === undefined)
    fail(`there is no cycle ${number}: the trace has ${cycles}`)
  return { from: setup.startMs, to: termination.startMs + termination.durationMs }
}

function stretch() {
  if (values.from !== undefined && values.to !== undefined)
    return { from: Number(values.from), to: Number(values.to) }
  const { from, to } = cycleOf(Number(values.cycle ?? 1))
  return { from: from - Number(values.around), to: to + Number(values.around) }
}

const { from, to } = stretch()
if (!(from < to)) fail(`--from ${values.from} --to ${values.to} is no stretch: from is before to`)

const WIDTH = 780
/** What is narrower than this many pixels is left out. */
const NARROWEST = 0.3
const shortestMs = ((to - from) / WIDTH) * NARROWEST

/** The slices of Ps, and of the collector's lane, cut to the stretch. */
const rows = slices
  .filter(({ startMs, durationMs }) => startMs < to && startMs + durationMs > from)
  .filter(({ durationMs }) => durationMs >= shortestMs)
  .map(({ p, name, startMs, durationMs }) => ({
    lane: p === GC_LANE ? 'GC' : `P ${p}`,
    what: name,
    begin: Math.max(startMs, from) - from,
    end: Math.min(startMs + durationMs, to) - from,
  }))
const lanes = ['GC', ...Array.from({ length: procs }, (_, p) => `P ${p}`)]
const shownOf = what => rows.filter(row => row.lane !== 'GC' && row.what === what)

const time = {
  type: 'quantitative',
  title: `ms since ${from.toFixed(2)} ms of the run`,
  scale: { domain: [0, to - from], nice: false },
  axis: { grid: false },
}
const lane = { field: 'lane', type: 'nominal', sort: lanes, title: null }
const bars = (data, mark, colour) => ({
  data: { values: data },
  mark: { type: 'bar', ...mark },
  encoding: {
    x: { ...time, field: 'begin' },
    x2: { field: 'end' },
    y: { ...lane, scale: { domain: lanes } },
    ...(colour === undefined ? {} : { color: colour }),
  },
})
const names = Object.keys(ACTIVITIES).filter(name => shownOf(name).length > 0)
const colour = {
  field: 'what',
  type: 'nominal',
  title: null,
  scale: { domain: names, range: names.map(name => LIGHT[ACTIVITIES[name]]) },
  legend: { orient: 'top', columns: 4, symbolType: 'square' },
}

await drawSvg(
  {
    ...{ width: WIDTH, height: { step: 26 } },
    layer: [
      bars(
        rows.filter(row => row.lane === 'GC' && row.what === 'mark'),
        { height: 10, color: LIGHT.gc },
      ),
      bars(
        rows.filter(row => row.lane === 'GC' && row.what !== 'mark'),
        { height: 18, color: LIGHT.termination },
      ),
      // Later bars stand in front of earlier ones, and are lower, so that both are seen.
      ...names.map((name, index) => bars(shownOf(name), { height: index === 0 ? 20 : 14 }, colour)),
    ],
  },
  pictureFile,
)
