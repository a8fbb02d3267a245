import { describe, expect, test } from 'vitest'
import { MiB } from '../../memory/units.ts'
import type { CycleRecord } from '../../runtime/report/record.ts'
import { HANG_MS } from '../support/hang.ts'
import { threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { isLong, sampled } from '../support/size.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

test('with GOGC off a memory limit is the goal: what is mapped stays below it', async () => {
  const [program, limitMiB, ...args] = isLong
    ? (['examples/gcbench.ts', 48] as const)
    : ([threadsFile('programs/churn.ts'), 16, '2', '100', '14'] as const)
  const limit = limitMiB * MiB
  const options = ['--procs', '2', '--gogc', 'off', '--memory-limit', `${limitMiB}MiB`]
  const { code, record } = await runProgramWarm([program, ...options, '--', ...args])
  expect(code).toBe(0)
  expect(record.cycles.length).toBeGreaterThan(2)
  // The goal leaves 3 % of headroom, and room for memory outside the heap.
  for (const { goal } of record.cycles) expect(goal).toBeLessThan(0.97 * limit)
  expect(record.memStats.Sys).toBeLessThanOrEqual(limit)
})

/**
 * The cycles that end their mark further above their goal than one request, and were not limited.
 * Under a limit the goal may have been higher before the mark, so what was there at its start
 * counts as the goal.
 */
function beyondGoal(cycles: readonly CycleRecord[]): CycleRecord[] {
  return cycles.filter(
    ({ goal, heapAtStart, heapAtMarkEnd, largestRefill, gcCpuLimited }) =>
      !gcCpuLimited && heapAtMarkEnd > Math.max(goal ?? 0, heapAtStart) + largestRefill,
  )
}

// As memory becomes free in a mark the limit leaves more to the heap. The gate once read that goal,
// and a cycle ended 3.6 MiB past its own.
test('near a limit a cycle keeps the goal that it began with, as memory becomes free', async () => {
  const { code, record } = await runProgramWarm([
    threadsFile('../../examples/lru-cache.ts'),
    ...['--procs', '2', '--memory-limit', '80MiB', '--seed', '1'],
    ...['--', '--live', '48MiB', '--rounds', '3'],
  ])
  expect(code).toBe(0)
  expect(record.cycles.length).toBeGreaterThan(2)
  expect(beyondGoal(record.cycles)).toEqual([])
})

interface Answer {
  readonly freeMs: number
  readonly limitedMs: number
  readonly exit: number
  readonly rescues: number
  readonly cycles: readonly CycleRecord[]
}

// What lives passes the limit of 16 MiB, and grows to 64 MiB. When each page beyond the limit cost
// a whole cycle, this took hundreds of times as long as without a limit.
const BEYOND = [
  ['list', 1, 'goal', 'helping'],
  ['list', 2, 'goal', 'helping'],
  ['arrays', 2, 'goal', 'helping'],
  ['arrays', 4, 'goal', 'helping'],
  ['arrays', 2, 'off', 'coordinator'],
] as const

describe.each(sampled(BEYOND, 5))(
  'beyond a limit: %s on %i Ps, gate %s, %s',
  (what, procs, gate, termination) => {
    test('the collector is limited, the program goes on at some half of its speed, and the gate keeps its promise where it gives one', async () => {
      const programs = [
        threadsFile('programs/over-limit.ts'),
        what,
        String(procs),
        gate,
        termination,
      ]
      const { answer } = await runHost<Answer>(threadsFile('programs/host-limits.ts'), programs, {
        limitMs: 2 * HANG_MS,
      })
      expect(answer).toMatchObject({ exit: 0, rescues: 0 })
      const limited = answer.cycles.filter(({ gcCpuLimited }) => gcCpuLimited)
      expect(limited.length).toBeGreaterThan(0)
      // On a quiet machine it is 1.5 to 2.5. A machine with other work keeps this bound.
      expect(answer.limitedMs / answer.freeMs).toBeLessThan(12)
      if (gate === 'goal') expect(beyondGoal(answer.cycles)).toEqual([])
    })
  },
)

test.each(sampled(['1', '2'], 2))(
  'with GODEBUG=gcstoptheworld=%s too a request that starts a cycle has its memory after it',
  async mode => {
    const args = [
      'programs/churn.ts',
      '--procs',
      '2',
      '--memory-limit',
      '1MiB',
      '--',
      '2',
      '3',
      '16',
    ]
    const { code, record } = await runProgramWarm(
      [threadsFile(args[0] as string), ...args.slice(1)],
      {
        GODEBUG: `gcstoptheworld=${mode}`,
      },
    )
    expect(code).toBe(0)
    // What lives is beyond the limit.
    expect(Math.max(...record.cycles.map(({ heapMarked }) => heapMarked))).toBeGreaterThan(MiB)
  },
)
