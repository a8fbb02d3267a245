// Draws the charts of `sawtooth pacers assists`. It runs in a browser, beside uPlot, lines.js and
// the data (report.ts).
const { assists, accounts } = JSON.parse(document.getElementById('data').textContent)
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

const ACCOUNT_COLOURS = ['--black', '--black', '--green', '--red', '--blue', '--blue']
for (const { pacer, lines } of accounts) {
  const own = lines.filter(({ shares }) => shares.length > 0)
  if (own.length === 0) continue
  lineChart(document.getElementById('accounts'), {
    title: `${pacer}: what was owed and who paid, by tenth of the mark`,
    x: { label: 'tenth of the mark', values: own[0].shares.map((_, at) => at + 1) },
    lines: own.map(({ label, shares }) => {
      const at = lines.findIndex(line => line.label === label)
      // Of two lines of a colour the second is dashed.
      const dash = ACCOUNT_COLOURS.indexOf(ACCOUNT_COLOURS[at]) < at ? { dash: [6, 4] } : {}
      return { label, values: shares, colour: ACCOUNT_COLOURS[at], ...dash }
    }),
    unit: '',
    range: (_, __, most) => [0, most * 1.05],
  })
}
