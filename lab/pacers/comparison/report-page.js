// Draws the plots of `sawtooth pacers macro`. It runs in a browser, beside uPlot, lines.js and the
// data (report.ts).
const compared = JSON.parse(document.getElementById('data').textContent)
const MIB = 2 ** 20

/** The plots of the proposal. `lines` gives those of a run. */
const PLOTS = [
  {
    title: 'heap',
    unit: 'MiB',
    lines: run => {
      const size = name => run[name].map(bytes => bytes / MIB)
      return [
        { label: 'goal', values: size('goal'), colour: '--black', dash: [6, 4] },
        { label: 'peak', values: size('peak'), colour: '--red' },
        { label: 'trigger', values: size('trigger'), colour: '--blue' },
        { label: 'live', values: size('live'), colour: '--green' },
      ]
    },
  },
  {
    title: 'r, and the ratio of allocation to scanning at the target',
    unit: '',
    lines: run => [
      {
        label: 'allocation to scanning',
        values: run.alloc_scan_ratio,
        colour: '--black',
        dash: [6, 4],
      },
      { label: 'r', values: run.r, colour: '--blue' },
    ],
  },
  {
    title: 'share of the CPU while marking, and the target',
    unit: '',
    lines: run => [
      { label: 'target', values: run.target_u, colour: '--black', dash: [6, 4] },
      { label: 'share', values: run.actual_u, colour: '--red' },
    ],
  },
  {
    title: 'overshoot of the goal',
    unit: '%',
    lines: run => [
      { label: 'goal', values: run.overshoot_pct.map(() => 0), colour: '--black', dash: [6, 4] },
      { label: 'overshoot', values: run.overshoot_pct, colour: '--red' },
    ],
  },
]

/** One axis for all of the runs, so that they compare. It has a zero, and a margin. */
function rangeOf(all) {
  const values = all
    .flatMap(lines => lines.flatMap(line => line.values))
    .filter(one => one !== null)
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)]
  const margin = Math.max(most - least, 1e-3) * 0.05
  return [least < 0 ? least - margin : 0, most + margin]
}

function draw(place) {
  const { scenario, runs } = compared.find(one => one.scenario === place.dataset.scenario)
  place.replaceChildren()
  place.style.minHeight = '0'
  for (const { title, unit, lines } of PLOTS) {
    const pair = document.createElement('div')
    pair.className = 'pair'
    place.append(pair)
    const all = runs.map(lines)
    const range = rangeOf(all)
    for (const [at, run] of runs.entries())
      lineChart(pair, {
        title: `${run.pacer}: ${title}`,
        ...{ x: { label: 'cycle', values: run.cycle }, lines: all[at], unit },
        ...{ range: () => range, height: 200, group: scenario },
      })
  }
}

// All at once are 144 charts. A scenario is drawn when it comes near the window.
const near = new IntersectionObserver(
  entries => {
    for (const { target, isIntersecting } of entries)
      if (isIntersecting) {
        near.unobserve(target)
        draw(target)
      }
  },
  { rootMargin: '600px' },
)
const places = [...document.querySelectorAll('.plots')]
for (const place of places) near.observe(place)
addEventListener('beforeprint', () => {
  for (const place of places)
    if (place.childElementCount === 0) {
      near.unobserve(place)
      draw(place)
    }
})
