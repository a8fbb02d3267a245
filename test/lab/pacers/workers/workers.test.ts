import { expect, test } from 'vitest'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { isBuiltIn } from '../../../../lab/pacers/real/derived-pacer.ts'
import {
  type Cycle,
  consMarkOf,
  cyclesPastGoal,
  longestStretches,
  type Settled,
  triggerPlace,
  workerShare,
} from '../../../../lab/pacers/workers/measures.ts'
import { questions } from '../../../../lab/pacers/workers/questions.ts'
import { workersHtml } from '../../../../lab/pacers/workers/report.ts'
import {
  formatWorkers,
  skewsOf,
  type WorkersResults,
  type WorkersRow,
} from '../../../../lab/pacers/workers/results.ts'
import { MiB } from '../../../../lab/units.ts'
import { GC_LANE, type TraceEvent } from '../../../../runtime/report/trace-events.ts'

/** On 4 P: the program has three of them, and allocates 3 MiB while 10 MiB are scanned. */
const cycle: Cycle = {
  ...{ heapAtStart: 30 * MiB, heapAtMarkEnd: 33 * MiB, goal: 32 * MiB, triggerBytes: 30 * MiB },
  ...{ markMs: 10, utilization: 0.25, pacerUtilization: 0.25 },
  cpuMs: { assist: 0, dedicated: 10, fractional: 0, idle: 0 },
  scanWork: { heap: 10 * MiB, stack: 0, globals: 0 },
}
const settled = (cycles: readonly Cycle[]): Settled => ({
  ...{ procs: 4, cycles, longestWithout: [] },
  marked: cycles.map(() => 22 * MiB),
})

test('cons/mark is bytes allocated for each byte scanned, for equal times of the CPU', () => {
  // 3 MiB in 30 ms of the program's CPU, 10 MiB in 10 ms of the worker's.
  expect(consMarkOf(cycle, 4, false)).toBeCloseTo(0.1, 9)
  // Two idle workers help: the mark takes a third of the time, and the program allocates a third.
  const helped = {
    ...{ ...cycle, heapAtMarkEnd: 31 * MiB, markMs: 10 / 3 },
    cpuMs: { ...cycle.cpuMs, dedicated: 10 / 3, idle: 20 / 3 },
  }
  expect(consMarkOf(helped, 4, false)).toBeCloseTo(0.1 / 3, 9)
  expect(consMarkOf(helped, 4, true)).toBeCloseTo(0.1, 9)
})

test('shares, places and goals are those of the cycles', () => {
  const kept = { ...cycle, heapAtMarkEnd: 32 * MiB }
  expect(workerShare(settled([cycle]))).toBe(0.25)
  expect(triggerPlace(settled([cycle]))).toBeCloseTo(0.8, 9)
  expect(cyclesPastGoal(settled([cycle, kept]))).toBe(0.5)
})

test('a stretch without a worker is one in which no worker of any P marks', () => {
  const mark = (number: number, startMs: number): TraceEvent => ({
    ...{ kind: 'slice', name: 'mark', p: GC_LANE, startMs, durationMs: 10 },
    args: { cycle: number, marked: 0 },
  })
  const worker = (p: number, startMs: number, durationMs: number): TraceEvent => ({
    ...{ kind: 'slice', name: 'fractional worker', p, startMs, durationMs, args: { cycle: 2 } },
  })
  const events = [
    ...[mark(1, 0), mark(2, 100), mark(3, 200), mark(4, 300)],
    // Of the second mark 101 to 104 and 103 to 106 are covered: 4 ms are left at the end.
    ...[worker(0, 101, 3), worker(1, 103, 3)],
    // A worker that began before the third mark, and ends in its middle.
    worker(0, 195, 10),
  ]
  expect(longestStretches({ procs: 2, events }, 1)).toEqual([0.4, 0.5, 1])
})

const row = (setting: string, rounds: WorkersRow['rounds']): WorkersRow => ({
  ...{ question: 'idle', pacer: 'redesign', setting, rounds, offCpu: 0.25 },
})
const rows = [
  row('on', [{ 'cons/mark': 0.02 }, { 'cons/mark': 0.03 }]),
  row('off', [{ 'cons/mark': 0.04 }, { 'cons/mark': 0.04 }]),
]
const results: WorkersResults = {
  ...{ schema: 1, command: 'sawtooth pacers workers', seed: 1, procs: 4, rows },
  machine: { cpu: 'cpu', cores: 4, platform: 'linux x64', node: 'v20', go: null },
}

test('the skew is the ratio of the two settings in the same round', () => {
  const [idle] = questions
  const column = idle?.columns.find(({ head }) => head === 'cons/mark')
  if (idle === undefined || column === undefined) throw new Error('no such question')
  expect(skewsOf(rows, idle, column)).toEqual([0.5, 0.75])
  expect(formatWorkers(results)).toMatch(/^redesign +on \/ off .* 0\.625 \(0\.500 to 0\.750\)/m)
})

test('the report has each question that was asked, and no other', async () => {
  const complete = rows.map(one => ({
    ...one,
    rounds: one.rounds.map(round => ({
      ...Object.fromEntries((questions[0]?.columns ?? []).map(({ head }) => [head, 0.5])),
      ...round,
    })),
  }))
  const html = await workersHtml({ ...results, rows: complete })
  expect(html).toContain('<h2>Idle workers</h2>')
  expect(html).not.toContain('<h2>Fractional workers</h2>')
})

test('what a plan can be given to', () => {
  expect(isBuiltIn(pacerNamed('go1.10:hard=1.05').name)).toBe(true)
  expect(isBuiltIn('./mine.ts')).toBe(false)
})
