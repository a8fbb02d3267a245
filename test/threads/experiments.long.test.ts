import { compile, type TopLevelSpec } from 'vega-lite'
import { expect, test } from 'vitest'
import type { ExperimentResult } from '../../lab/overrun/results.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runNode } from '../support/run-cli.ts'

const module = new URL('../../dist/lab/overrun/experiments/gcsys.js', import.meta.url).href
const script = `
  const { experiment } = await import('${module}')
  const said = []
  const result = await experiment.measure({ seed: 7, quick: true, go: null, progress: text => said.push(text) })
  console.log(JSON.stringify({ result, said }))`

test('TestGcSys fails at P = 1 under the Go-like configuration if nothing lives, and never under ours (golang/go#37331)', async () => {
  const { code, stdout, stderr } = await inScratch(scratch =>
    runNode(['--input-type=module', '--eval', script], { limitMs: 5 * HANG_MS }, scratch),
  )
  expect(code, stderr).toBe(0)
  const { result, said }: { result: ExperimentResult; said: string[] } = JSON.parse(stdout)
  expect(result.criterion.holds, result.criterion.says).toBe(true)
  expect(result).toMatchObject({ name: 'gcsys', issue: 'golang/go#37331', seed: 7 })
  expect(said).toContain('gcsys: P = 1, 40 KB live, natural, run 6 of 6')
  const keys = Object.keys(result.rows[0] ?? {})
  for (const row of result.rows) expect(Object.keys(row)).toEqual(keys)
  expect(result.rows.map(row => row.runs)).toEqual([6, 6, 6, 6, 6, 6, 2, 2, 2, 2, 2, 2])
  // A specification that Vega-Lite does not understand throws here.
  expect(compile(result.chart as unknown as TopLevelSpec).spec.marks?.length).toBeGreaterThan(0)
})
