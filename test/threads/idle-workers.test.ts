import { expect, test } from 'vitest'
import { threadsFile } from '../support/run-cli.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

/** The time of idle workers in each cycle of a run with one goroutine that allocates, on 4 Ps. */
async function idleMs(option: 'on' | 'off'): Promise<readonly number[]> {
  // The small minimum gives more cycles.
  const options = ['--procs', '4', '--idle-workers', option, '--minimum', '64KiB']
  const { code, stdout, record } = await runProgramWarm([
    threadsFile('programs/churn.ts'),
    ...options,
    '--',
    '1',
    '1000',
    '10',
  ])
  expect(code).toBe(0)
  expect(stdout).toBe('2079767 nodes\n')
  expect(record.idleWorkers).toBe(option)
  expect(record.cycles.length).toBeGreaterThan(2)
  return record.cycles.map(({ cpuMs }) => cpuMs.idle)
}

test('with idle workers off no P without work marks, and cycles end all the same', async () => {
  expect(Math.max(...(await idleMs('off')))).toBe(0)
})

test('by default Ps without work mark', async () => {
  expect(Math.max(...(await idleMs('on')))).toBeGreaterThan(0)
})
