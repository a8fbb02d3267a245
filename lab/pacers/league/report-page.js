// Draws the charts of a league's report. It runs in a browser, beside uPlot, lines.js and the data
// (report.ts).
const runs = JSON.parse(document.getElementById('data').textContent)
const [scenario, pacer, engine] = ['scenario', 'pacer', 'engine'].map(id =>
  document.getElementById(id),
)
const charts = document.getElementById('charts')
const MIB = 2 ** 20
const TARGET = 0.25
const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#e69f00',
  '#332288',
  '#999933',
  '#882255',
  '#555555',
]

const unique = name => [...new Set(runs.map(run => run[name]))]
const colourOf = name => COLOURS[unique('pacer').indexOf(name) % COLOURS.length]
const found = (ofPacer, ofEngine) =>
  runs.find(
    run => run.scenario === scenario.value && run.pacer === ofPacer && run.engine === ofEngine,
  )

/** A line for each pacer's run. Those of pacers that are not chosen are faint. */
const linesOf = (all, valuesOf) =>
  all.map(([name, run]) => ({
    label: name,
    values: valuesOf(run),
    colour: colourOf(name),
    isFaint: name !== pacer.value,
  }))
/** An axis from 0 to at least `top`, so that a small change looks small. */
const fromZero = top => (_, __, most) => [0, Math.max(top, most)]
/** What `of` makes of each cycle of a run. */
const each = ({ series }, of) =>
  series.peak.map((_, at) =>
    of(Object.fromEntries(Object.entries(series).map(([name, values]) => [name, values[at]]))),
  )
/** A ratio; null, which is not drawn, if nothing was scanned. */
const ratio = (above, below) => (below > 0 ? above / below : null)

function fill(select, values) {
  const before = select.value
  select.replaceChildren(...values.map(value => new Option(value, value)))
  if (values.includes(before)) select.value = before
}

/** A chart of lines over cycles (lines.js). */
function chart(title, lines, unit, range = undefined) {
  const cycles = Math.max(...lines.map(({ values }) => values.length))
  const values = Array.from({ length: cycles }, (_, at) => at + 1)
  lineChart(charts, { title, x: { label: 'cycle', values }, lines, unit, range })
}

function draw() {
  charts.replaceChildren()
  const one = found(pacer.value, engine.value)
  if (one === undefined) {
    charts.textContent = 'This was not played.'
    return
  }
  const size = name => one.series[name].map(bytes => bytes / MIB)
  chart(
    `Heap: ${pacer.value}, ${scenario.value}, ${engine.value}`,
    [
      { label: 'goal', values: size('goal'), colour: '--black', dash: [6, 4] },
      { label: 'peak', values: size('peak'), colour: '--red' },
      { label: 'trigger', values: size('trigger'), colour: '--blue' },
      { label: 'marked before', values: size('heapLive'), colour: '--green' },
    ],
    'MiB',
  )
  const all = unique('pacer')
    .map(name => [name, found(name, engine.value)])
    .filter(([, run]) => run !== undefined)
  const target = {
    label: 'target',
    values: one.series.peak.map(() => TARGET),
    colour: '--black',
    dash: [6, 4],
  }
  chart(
    'Share of the CPU while marking, and the target',
    [target, ...linesOf(all, run => run.series.utilization)],
    '',
    fromZero(1),
  )
  chart(
    'Share of the CPU that assists took',
    linesOf(all, run => run.series.assists),
    '',
    fromZero(1),
  )
  chart(
    'Peak over goal',
    linesOf(all, run => each(run, ({ peak, goal }) => ratio(peak, goal))),
    '',
    fromZero(1.1),
  )
  chart(
    'Where the cycle starts: 0 is the marked heap, 1 the goal',
    linesOf(all, run =>
      each(
        run,
        ({ trigger, heapLive, goal }) => (trigger - heapLive) / Math.max(goal - heapLive, 1),
      ),
    ),
    '',
  )
  const turnedOut = {
    label: `as it turned out: ${pacer.value}`,
    values: each(one, ({ peak, trigger, work, utilization }) =>
      ratio((peak - trigger) * utilization * (1 - TARGET), work * (1 - utilization) * TARGET),
    ),
    colour: '--black',
    dash: [6, 4],
  }
  chart(
    'r, bytes allocated for each byte scanned: the controller’s, or the one that the trigger was placed by',
    [
      turnedOut,
      ...linesOf(all, run =>
        each(run, ({ r, goal, trigger, work }) => r ?? ratio(goal - trigger, work)),
      ),
    ],
    '',
  )
  const [simulated, real] = ['stepped', 'real'].map(kind => found(pacer.value, kind))
  if (simulated === undefined || real === undefined) return
  const over = run => each(run, ({ peak, goal }) => ratio(peak, goal))
  chart(
    `Simulated and real: ${pacer.value}`,
    [
      { label: 'peak over goal, simulated', values: over(simulated), colour: '--blue' },
      { label: 'peak over goal, real', values: over(real), colour: '--red' },
      {
        label: 'share of the CPU, simulated',
        values: simulated.series.utilization,
        colour: '--blue',
        dash: [4, 4],
      },
      {
        label: 'share of the CPU, real',
        values: real.series.utilization,
        colour: '--red',
        dash: [4, 4],
      },
    ],
    '',
    fromZero(1.1),
  )
}

fill(scenario, unique('scenario'))
fill(pacer, unique('pacer'))
fill(engine, unique('engine'))
for (const select of [scenario, pacer, engine]) select.addEventListener('change', draw)
draw()
