import { expect, test } from 'vitest'
import { breachesOf } from '../../lab/overrun/bound.ts'
import { threadsFile } from '../support/run-cli.ts'
import { longTest } from '../support/size.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

const storm = threadsFile('../../examples/alloc-storm.ts')
const tasks = ['--', '--tasks', '24']

// The coordinator vanishes for 3 ms each time, while four Ps allocate: the simplest case of
// golang/go#52433.
const stalled = [
  ...['--procs', '4', '--arena', '128MiB', '--termination', 'coordinator'],
  ...['--fault', 'mark-termination/before-stop:stall=3ms'],
]

// test/commands/overrun.test.ts has both in its small size too.
longTest('without a gate the heap runs past its goal by more than the bound', async () => {
  const { code, record } = await runProgramWarm([storm, ...stalled, '--gate', 'off', ...tasks])
  expect(code).toBe(0)
  const over = record.cycles.filter(({ overrun, largestRefill }) => overrun > largestRefill)
  expect(over.length).toBeGreaterThan(0)
})

longTest('past the goal nobody passes the gate: no cycle goes beyond the bound', async () => {
  const { code, record } = await runProgramWarm([storm, ...stalled, '--gate', 'goal', ...tasks])
  expect(code).toBe(0)
  expect(record.cycles.length).toBeGreaterThan(10)
  expect(breachesOf(record.cycles, 'goal')).toEqual([])
  expect(record.cycles.reduce((sum, { gateMs }) => sum + gateMs, 0)).toBeGreaterThan(0)
  expect(record.rescues).toBe(0)
})

test('a memory limit below what lives: requests wait for a cycle each, and the run ends', async () => {
  const { code, record } = await runProgramWarm([
    threadsFile('programs/churn.ts'),
    ...['--procs', '2', '--gate', 'goal', '--memory-limit', '1MiB', '--', '2', '5', '15'],
  ])
  expect(code).toBe(0)
  expect(Math.max(...record.cycles.map(({ heapMarked }) => heapMarked))).toBeGreaterThan(2 ** 20)
  expect(record.cycles.reduce((sum, { gateMs }) => sum + gateMs, 0)).toBeGreaterThan(0)
  expect(record.rescues).toBe(0)
})
