// Draws charts of lines with uPlot. It runs in a browser, before the script of a page
// (`uplot-page.ts`).

/** The charts that are drawn, by their boxes. */
const drawn = new Map()
const sizes = new ResizeObserver(entries => {
  for (const { target } of entries) {
    const plot = drawn.get(target)
    // Without a width it is not laid out.
    if (plot !== undefined && target.clientWidth > 0)
      plot.setSize({ width: target.clientWidth, height: plot.height })
  }
})
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const plot of drawn.values()) plot.redraw()
})

/** A colour, or that of a variable of the stylesheet, as it is now. */
const paint = colour => () =>
  colour.startsWith('--')
    ? getComputedStyle(document.documentElement).getPropertyValue(colour).trim()
    : colour
const axis = more => ({
  ...more,
  stroke: paint('--text'),
  grid: { stroke: paint('--line'), width: 1 },
  ticks: { stroke: paint('--line'), width: 1 },
})

/**
 * Adds a chart to a place of the page. `x` has `label` and `values`. Each line has `label`,
 * `values`, `colour`, and may have `dash` and `isFaint`. Charts of the same `group` share a cursor.
 */
// biome-ignore lint/correctness/noUnusedVariables: the page's script calls it
function lineChart(place, { title, x, lines, unit, range, height = 260, group = 'all' }) {
  for (const [box, plot] of drawn)
    if (!box.isConnected) {
      plot.destroy()
      sizes.unobserve(box)
      drawn.delete(box)
    }
  const box = document.createElement('div')
  box.className = 'chart'
  const heading = document.createElement('h3')
  heading.textContent = title
  box.append(heading)
  place.append(box)
  const format = (_, value) =>
    value === null || value === undefined ? '–' : `${value.toFixed(unit === 'MiB' ? 1 : 3)} ${unit}`
  const plot = new uPlot(
    {
      width: box.clientWidth || 900,
      height,
      scales: { x: { time: false }, y: range === undefined ? {} : { range } },
      axes: [axis({ label: x.label }), axis({ label: unit, size: 70 })],
      cursor: { sync: { key: group } },
      series: [
        { label: x.label },
        ...lines.map(({ label, colour, dash, isFaint }) => ({
          label,
          stroke: paint(colour),
          alpha: isFaint ? 0.65 : 1,
          dash,
          width: isFaint ? 1 : 2,
          value: format,
          points: { show: false },
        })),
      ],
    },
    [x.values, ...lines.map(({ values }) => x.values.map((_, at) => values[at] ?? null))],
    box,
  )
  drawn.set(box, plot)
  sizes.observe(box)
}
