// What policies cost, measured in small in a process of its own: every figure is there, and belongs
// to the run that it names.
import { expect, test } from 'vitest'
import type { CostOptions } from '../../lab/overrun/costs.ts'
import type { Cost, LatencyPercentiles } from '../../lab/overrun/results.ts'
import { inScratch, runNode } from '../support/run-cli.ts'

const script = `
  import { measureCosts } from './dist/lab/overrun/costs.js'
  const options = JSON.parse(process.argv[1])
  console.log(JSON.stringify(await measureCosts({ ...options, progress: text => console.error(text) })))`

const measure = (options: Omit<CostOptions, 'progress'>) =>
  inScratch(scratch =>
    runNode(['--input-type=module', '-e', script, JSON.stringify(options)], {}, scratch),
  )

const storm = { name: 'storm', file: 'examples/alloc-storm.ts', args: ['--tasks', '16'] }
const smallest = { policies: [], pairs: 6, procs: 2, seed: 1, rounds: 1 }

function expectRising({ p50, p99, p999, max }: LatencyPercentiles): void {
  expect(p50).toBeGreaterThan(0)
  expect([p50, p99, p999, max]).toEqual([p50, p99, p999, max].toSorted((a, b) => a - b))
}

test('the baseline is measured against itself in pairs, with pauses, latency, utilization and overrun', async () => {
  const { code, stdout, stderr } = await measure({ ...smallest, programs: [storm] })
  expect(code, stderr).toBe(0)
  const costs = JSON.parse(stdout) as Cost[]
  expect(costs.map(({ program, gate, procs }) => [program, gate, procs])).toEqual([
    ['storm', 'off', 2],
  ])
  for (const {
    throughput,
    pauseUs,
    pauseRatio,
    allocationUs,
    minimumMutatorUtilization,
    overrun,
  } of costs) {
    expect(throughput.pairs).toBe(6)
    for (const { low, median, high } of [throughput, pauseRatio]) {
      expect(low).toBeGreaterThan(0)
      expect([low, median, high]).toEqual([low, median, high].toSorted((a, b) => a - b))
    }
    expectRising(pauseUs)
    expectRising(allocationUs)
    // Some window of 1 ms holds a stop or an assist, so the program does not have all of it. A
    // longer window cannot be worse than all of its parts.
    const { 1: short, 10: middle } = minimumMutatorUtilization
    expect(short).toBeGreaterThanOrEqual(0)
    expect(short).toBeLessThan(1)
    expect(middle).toBeGreaterThanOrEqual(short)
    expect(middle).toBeLessThan(1)
    expect(overrun.p50).toBeLessThanOrEqual(overrun.max)
  }
  // The last pair, and the last round of latency and of utilization, were announced.
  for (const text of [
    'pair 6 of 6: storm, coordinator/off/go',
    'round 1 of 1: coordinator/off/go',
    'round 1 of 1: storm, coordinator/off/go',
  ])
    expect(stderr).toContain(text)
})

test.each([
  [
    'that fails',
    { ...storm, args: ['--live', 'much'] },
    /storm under coordinator\/off\/go: exit 1: /,
  ],
  [
    'that is over before it is warm',
    { name: 'hello', file: 'examples/hello.ts', args: [] },
    /hello under coordinator\/off\/go: no cycle began after 100 ms, in \d+ ms: more work is needed/,
  ],
])('a run %s is no measurement', async (_, program, message) => {
  const { code, stderr } = await measure({ ...smallest, programs: [program] })
  expect(code).toBe(1)
  expect(stderr).toMatch(message)
})
