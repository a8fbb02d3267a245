// The account of the overrun on threads: its parts sum to the whole, and a stall is charged to the
// place where it happens.
import { expect, test } from 'vitest'
import { threadsFile } from '../support/run-cli.ts'
import { sampled } from '../support/size.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

const storm = threadsFile('../../examples/alloc-storm.ts')
const withoutGate = ['--procs', '4', '--arena', '128MiB', '--gate', 'off']
const STALL_MS = 3

const STALLS: readonly (readonly [string, string])[] = [
  ['coordinator', 'mark-termination/before-stop'],
  ['coordinator', 'mark-termination/before-barrier'],
  ['assist-takes-over', 'mark-termination/after-barrier'],
  ['helping', 'dedicated-worker/park'],
]

test.each(sampled(STALLS, 4))(
  'under %s, with stalls at %s, the parts of each overrun sum to it, and the gap is named',
  async (termination, point) => {
    const fault = `${point}:stall=${STALL_MS}ms`
    const { code, record } = await runProgramWarm([
      storm,
      ...withoutGate,
      '--termination',
      termination,
      '--fault',
      fault,
      '--',
      '--tasks',
      '64',
      // A small heap has many cycles.
      '--live',
      '1MiB',
    ])
    expect(code).toBe(0)
    const over = record.cycles.filter(({ overrun }) => overrun > 0)
    expect(over.length).toBeGreaterThan(10)
    for (const { n, overrun, overrunBy } of over)
      expect(
        Object.values(overrunBy).reduce((sum, bytes) => sum + bytes, 0),
        `cycle ${n}: ${JSON.stringify(overrunBy)}`,
      ).toBe(overrun)
    const named = over.filter(({ gaps }) =>
      gaps.some(gap => gap.point === point && gap.ms >= STALL_MS),
    )
    expect(named.length / over.length, `${named.length} of ${over.length}`).toBeGreaterThanOrEqual(
      0.99,
    )
    for (const { n, gaps, markMs, stwSetupUs, stwTerminationUs } of record.cycles)
      for (const { ms } of gaps)
        expect(ms, `a gap of cycle ${n}`).toBeLessThanOrEqual(
          markMs + (stwSetupUs + stwTerminationUs) / 1000 + 0.1,
        )
  },
)
