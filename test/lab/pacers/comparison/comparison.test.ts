import { expect, test } from 'vitest'
import { compare, MACRO_PACERS } from '../../../../lab/pacers/comparison/compared.ts'
import { comparisonHtml } from '../../../../lab/pacers/comparison/report.ts'
import { comparisonRows } from '../../../../lab/pacers/comparison/table.ts'
import { CONTROLLERS } from '../../../../lab/pacers/macro/controller.ts'
import { macroSimulation } from '../../../../lab/pacers/macro/engine.ts'
import { drawn, library } from '../../../../lab/pacers/scenarios/library.ts'
import { rowsOf } from '../simulated.ts'

const compared = library
  .filter(({ engine }) => engine === 'macro')
  .map(one => compare({ ...one, scenario: drawn(one, 1) }, CONTROLLERS.new, 'new'))
const of = (name: string) => {
  const found = compared.find(({ scenario }) => scenario === `model/${name}`)
  if (found === undefined) throw new Error(name)
  return found
}

test('the runs of a comparison are those of the engine', () => {
  for (const { scenario, runs } of compared)
    for (const pacer of MACRO_PACERS) {
      const one = library.find(({ name }) => name === scenario)
      if (one === undefined) throw new Error(scenario)
      const rows = rowsOf(macroSimulation(drawn(one, 1), pacer))
      for (const [column, values] of Object.entries(runs[pacer].columns))
        expect(values, `${scenario}, ${pacer}, ${column}`).toEqual(rows.map(row => row[column]))
    }
})

// The notes of golang/go#44167's results.
test('the old pacer does not find its utilization in a steady heap, and the new one does', () => {
  const { runs } = of('steady')
  const apart = (pacer: 'old' | 'new'): number =>
    Math.abs(
      (runs[pacer].columns.actual_u?.at(-1) as number) -
        (runs[pacer].columns.target_u?.at(-1) as number),
    )
  expect(apart('old')).toBeGreaterThan(0.01)
  expect(apart('new')).toBeLessThan(0.001)
})

test.each(['heavy-step-alloc', 'big-stacks', 'big-globals', 'heavy-jitter-alloc'])(
  'the old pacer overshoots for good in model/%s, and the new one does not',
  name => {
    const last = (pacer: 'old' | 'new'): readonly number[] =>
      (of(name).runs[pacer].columns.overshoot_pct as readonly number[]).slice(-20)
    expect(Math.min(...last('old'))).toBeGreaterThan(1.5)
    expect(Math.max(...last('new'))).toBeLessThan(0.5)
  },
)

test('under a high GOGC the new pacer overshoots once, and only the old one has a spike of CPU', () => {
  const { metrics } = of('high-GOGC')
  expect(metrics.new.overshootWorst).toBeGreaterThan(3 * metrics.old.overshootWorst)
  expect(metrics.old.assistWorst).toBeGreaterThan(5 * metrics.new.assistWorst)
})

test('the page has a table row and a place for plots for each scenario, and needs no network', () => {
  const page = comparisonHtml({
    ...{ schema: 1, command: 'sawtooth pacers macro', seed: 1, compared },
    machine: { cpu: 'cpu', cores: 2, platform: 'linux x64', node: 'v20', go: null },
  })
  expect(comparisonRows(compared)).toHaveLength(36)
  expect(page.match(/<tr><td>model/g)).toHaveLength(36)
  expect(page.match(/data-scenario="model\//g)).toHaveLength(18)
  expect(page).toContain('prefers-color-scheme: dark')
  expect(page).not.toMatch(/(?:src|href)="(?!#|data:)/)
})
