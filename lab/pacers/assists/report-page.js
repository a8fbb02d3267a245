// Draws the charts of `sawtooth pacers assists`. It runs in a browser, beside uPlot, lines.js and
// the data (report.ts).
const assists = JSON.parse(document.getElementById('data').textContent)
const COLOURS = { stepped: '--blue', real: '--red' }
const NAMES = { stepped: 'simulated', real: 'real' }

for (const pacer of [...new Set(assists.map(one => one.pacer))]) {
  const own = assists.filter(one => one.pacer === pacer && one.shares !== null)
  if (own.length === 0) continue
  const parts = own[0].shares.map((_, at) => at + 1)
  lineChart(document.getElementById('charts'), {
    title: `${pacer}: share of all assists, by tenth of the mark`,
    x: { label: 'tenth of the mark', values: parts },
    lines: [
      { label: 'even', values: parts.map(() => 1 / parts.length), colour: '--black', dash: [6, 4] },
      ...own.map(({ engine, shares }) => ({
        ...{ label: NAMES[engine], values: shares, colour: COLOURS[engine] },
      })),
    ],
    unit: '',
    range: (_, __, most) => [0, most * 1.05],
  })
}
