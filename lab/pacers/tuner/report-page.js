// Draws the charts of `sawtooth pacers tune`. It runs in a browser, beside uPlot, lines.js and the
// data (report.ts).
const { ultimate, controllers } = JSON.parse(document.getElementById('data').textContent)
const SHADES = ['--green', '--blue', '--red']
const DASH = [6, 4]
const formOf = ({ constants }) => (constants.positional === 1 ? 'positional' : 'incremental')
const cyclesOf = values => ({ label: 'cycles after the step', values: values.map((_, at) => at) })

/** Three of the gains: well below K_u, at K_u, and the first above it. */
function chosen({ gain, tried }) {
  const below = tried.filter(one => one.gain < 0.8 * gain).at(-1)
  const above = tried.find(one => one.gain > 1.02 * gain)
  return [below, tried.at(-1), above].filter(one => one !== undefined)
}

const search = document.getElementById('search')
for (const [form, found] of Object.entries(ultimate)) {
  if (found === null) continue
  const swings = chosen(found)
  lineChart(search, {
    title: `${form}: r after the step, by gain`,
    x: cyclesOf(swings[0].r),
    lines: swings.map(({ gain, r }, at) => ({
      ...{ label: `K_p = ${gain.toFixed(2)}`, values: r, colour: SHADES[at] },
    })),
    unit: '',
  })
  const byGain = [...found.tried].sort((one, other) => one.gain - other.gain)
  lineChart(search, {
    title: `${form}: the factor by which the moves of r grow from cycle to cycle, by gain`,
    x: { label: 'K_p', values: byGain.map(({ gain }) => gain) },
    lines: [
      { label: 'without end', values: byGain.map(() => 1), colour: '--black', dash: DASH },
      { label: 'growth', values: byGain.map(({ growth }) => growth), colour: '--blue' },
    ],
    unit: '',
    group: `${form} gains`,
  })
}

const responses = document.getElementById('responses')
for (const judged of controllers) {
  const { name, response } = judged
  lineChart(responses, {
    title: `r after the step: ${name}, ${formOf(judged)}`,
    x: cyclesOf(response.r),
    lines: [
      { label: 'as it should be', values: response.wanted, colour: '--black', dash: DASH },
      { label: 'r', values: response.r, colour: '--blue' },
    ],
    ...{ unit: '', height: 180, group: 'responses' },
  })
}
