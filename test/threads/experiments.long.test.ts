import { compile, type TopLevelSpec } from 'vega-lite'
import { expect, test } from 'vitest'
import type { ExperimentResult } from '../../lab/overrun/results.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runNode } from '../support/run-cli.ts'

interface Measured {
  readonly result: ExperimentResult
  readonly said: readonly string[]
}

/** Measures in small, in a process of its own. What holds of every experiment is asked here. */
async function measured(
  name: string,
  holds: boolean | null | 'by chance' = true,
): Promise<Measured> {
  const module = new URL(`../../dist/lab/overrun/experiments/${name}.js`, import.meta.url).href
  const script = `
    const { experiment } = await import('${module}')
    const said = []
    const result = await experiment.measure({ seed: 7, quick: true, go: null, progress: text => said.push(text) })
    console.log(JSON.stringify({ result, said }))`
  const { code, stdout, stderr } = await inScratch(scratch =>
    runNode(['--input-type=module', '--eval', script], { limitMs: 5 * HANG_MS }, scratch),
  )
  expect(code, stderr).toBe(0)
  const { result, said } = JSON.parse(stdout) as Measured
  if (holds !== 'by chance') expect(result.criterion.holds, result.criterion.says).toBe(holds)
  expect(result).toMatchObject({ name, seed: 7 })
  const keys = Object.keys(result.rows[0] ?? {})
  for (const row of result.rows) expect(Object.keys(row)).toEqual(keys)
  // A specification that Vega-Lite does not understand throws here.
  const { spec } = compile(result.chart as unknown as TopLevelSpec)
  expect(spec.marks?.length).toBeGreaterThan(0)
  return { result, said }
}

test('TestGcSys fails at P = 1 under the Go-like configuration if nothing lives, and never under ours (golang/go#37331)', async () => {
  const { result, said } = await measured('gcsys')
  expect(result.issue).toBe('golang/go#37331')
  expect(said).toContain('gcsys: P = 1, 40 KB live, natural, run 6 of 6')
  expect(result.rows.map(row => row.runs)).toEqual([6, 6, 6, 6, 6, 6, 2, 2, 2, 2, 2, 2])
})

test('heapsampling grows past twice its goal under the Go-like configuration, never under ours, and its profile is right (golang/go#49564)', async () => {
  const { result, said } = await measured('heapsampling')
  expect(result.issue).toBe('golang/go#49564')
  expect(said).toContain('heapsampling: ours, P = 1, go1.21, natural, round 1 of 1')
  expect(result.rows.map(row => [row.P, row['profile right']])).toEqual(
    [1, 1, 2, 2, 2, 2, 2].map(procs => [procs, '1 of 1']),
  )
})

test('with large objects some cycles pass their goal by more than one request under the Go-like configuration, and none of ours', async () => {
  const { result, said } = await measured('large-objects')
  expect(said).toContain('large-objects: ours, P = 16, a stall of 3 ms')
  const ours = result.rows.filter(row => row.policy === 'ours')
  expect(ours.map(row => row.P)).toEqual([2, 4, 8, 16, 2, 4, 8, 16])
  for (const row of ours) expect(row.cycles).toBeGreaterThan(0)
})

test('by the Go-like configuration the heap passes its goal while a stack waits for its owner, and less where any P may scan it', async () => {
  // One round compares nothing.
  const { result } = await measured('stack-scans', null)
  expect(result.rows.map(row => `${row.policy} ${row['scans by']}`)).toEqual([
    'Go-like owner',
    'Go-like any',
    'ours owner',
    'ours any',
  ])
  for (const row of result.rows) {
    expect(row.cycles).toBeGreaterThan(0)
    if (row['scans by'] === 'any') expect(row['waiting for a stack MiB']).toBe(0)
  }
})

// What these find depends on delays and on how many cycles there are, which the machine decides.
test.each(['credit', 'restarts', 'late-work', 'full-use'])(
  '%s measures both configurations',
  async name => {
    const { result } = await measured(name, 'by chance')
    for (const policy of ['Go-like', 'ours'])
      expect(result.rows.some(row => row.policy === policy && Number(row.cycles) > 0)).toBe(true)
  },
)
