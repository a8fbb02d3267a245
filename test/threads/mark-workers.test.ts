import { describe, expect, test } from 'vitest'
import type { CycleRecord, RunRecord } from '../../runtime/report/record.ts'
import { threadsFile } from '../support/run-cli.ts'
import { sampled } from '../support/size.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

const churn = threadsFile('programs/churn.ts')

const total = (record: RunRecord, kind: keyof CycleRecord['cpuMs']): number =>
  record.cycles.reduce((sum, { cpuMs }) => sum + cpuMs[kind], 0)

describe('background mark workers by Go’s rules', () => {
  test('four Ps: one dedicated worker, no fractional ones', async () => {
    const { record } = await runProgramWarm([
      churn,
      '--procs',
      '4',
      '--gogc',
      '50',
      '--',
      '8',
      '150',
      '10',
    ])
    expect(record.cycles.length).toBeGreaterThan(5)
    expect(total(record, 'dedicated')).toBeGreaterThan(0)
    expect(record.cycles.map(({ cpuMs }) => cpuMs.fractional)).toEqual(record.cycles.map(() => 0))
  })

  test.each(sampled(['1', '2', '3'], 3))(
    '%s P: fractional workers, no dedicated ones',
    async procs => {
      const { record } = await runProgramWarm([
        churn,
        '--procs',
        procs,
        '--gogc',
        '50',
        '--',
        '6',
        '150',
        '10',
      ])
      expect(record.cycles.length).toBeGreaterThan(5)
      expect(total(record, 'fractional')).toBeGreaterThan(0)
      expect(record.cycles.map(({ cpuMs }) => cpuMs.dedicated)).toEqual(record.cycles.map(() => 0))
    },
  )

  test('Ps that have nothing to do mark in idle time', async () => {
    const { record } = await runProgramWarm([
      churn,
      '--procs',
      '4',
      '--gogc',
      '50',
      '--',
      '1',
      '1500',
      '10',
    ])
    expect(total(record, 'idle')).toBeGreaterThan(0)
  })

  test('a collector that is off has no cycles, but the forced ones', async () => {
    const { record } = await runProgramWarm([
      churn,
      '--procs',
      '2',
      '--gogc',
      'off',
      '--',
      '2',
      '100',
      '10',
    ])
    expect(record.cycles).toEqual([])
    expect(record).toMatchObject({ exit: 0, gogc: 'off', memStats: { NumGC: 0 } })
  })
})

describe('one P whose goroutines assist heavily ends', () => {
  test.each(sampled(['1', '5', '20'], 3))('GOGC=%s', async gogc => {
    const { code, stdout, record } = await runProgramWarm(
      [churn, '--procs', '1', '--', '6', '40', '10'],
      {
        GOGC: gogc,
      },
    )
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${2 ** 15 - 1 + 6 * 40 * (2 ** 11 - 1)} nodes\n`,
    })
    expect(record.cycles.length).toBeGreaterThan(5)
    expect(total(record, 'assist')).toBeGreaterThan(0)
  })
})

describe('what a cycle tells', () => {
  test('is the same in gctrace’s line and in the record', async () => {
    const args = [churn, '--procs', '3', '--gctrace', '--', '6', '200', '10']
    const { record, stderr } = await runProgramWarm(args)
    const lines = stderr.split('\n').filter(line => /^gc \d+ @/.test(line))
    expect(lines.length).toBe(record.cycles.length)
    expect(lines.length).toBeGreaterThan(3)
    for (const [index, cycle] of record.cycles.entries()) expectSame(lines[index], cycle, record)
  })

  test.each([
    ['go1.5', 0.25],
    ['go1.10', 0.3],
    ['go1.14', 0.3],
  ])(
    'is the same in gcpacertrace’s line of %s and in the record',
    async (pacer, goalUtilization) => {
      const args = [
        churn,
        '--procs',
        '2',
        '--pacer',
        pacer,
        '--gcpacertrace',
        '--',
        '6',
        '200',
        '10',
      ]
      const { record, stderr } = await runProgramWarm(args)
      const steps = stderr.split('\n').filter(line => line.startsWith('pacer: H_m_prev='))
      expect(steps.length).toBe(record.cycles.length)
      expect(steps.length).toBeGreaterThan(3)
      for (const [
        index,
        { heapAtMarkEnd, triggerBytes, scanWork, ...cycle },
      ] of record.cycles.entries()) {
        const step = Object.fromEntries(
          [...steps[index].matchAll(/(\S+)=(\S+)/g)].map(([, name, value]) => [
            name,
            Number(value),
          ]),
        )
        expect(step).toMatchObject({
          ...{ H_T: triggerBytes, W_a: scanWork.heap, u_g: goalUtilization },
        })
        expect(step.u_a).toBeCloseTo(cycle.pacerUtilization, 5)
        // The pacer sees the heap without what the caches hold and have not handed out.
        expect(step.H_a).toBeLessThanOrEqual(heapAtMarkEnd)
        expect(step.H_m_prev * (1 + step.h_a)).toBeCloseTo(step.H_a, -2)
        expect(step.H_m_prev * (1 + step.h_g)).toBeCloseTo(step.H_g, -2)
        expect(step.goalΔ).toBeCloseTo(step.h_g - step.h_t, 5)
        expect(step.actualΔ).toBeCloseTo(step.h_a - step.h_t, 5)
        expect(step['u_a/u_g']).toBeCloseTo(step.u_a / step.u_g, 4)
      }
    },
  )

  test('keeps its own bounds', async () => {
    const { record } = await runProgramWarm([
      churn,
      '--procs',
      '2',
      '--gogc',
      '30',
      '--gate',
      'off',
      '--',
      '4',
      '200',
      '10',
    ])
    const { cycles, procs, wallMs, memStats } = record
    expect(cycles.length).toBeGreaterThan(3)
    expect(memStats.NumGC).toBe(cycles.length)
    cycles.forEach((cycle, index) => {
      expect(cycle.n).toBe(index + 1)
      expect(cycle.startMs).toBeGreaterThan(index === 0 ? 0 : cycles[index - 1].startMs)
      expect(cycle.startMs).toBeLessThan(wallMs)
      const { assist, dedicated, fractional, idle } = cycle.cpuMs
      // Each P spends its time on one thing at a time. The work of a stop is added to that.
      expect(assist + dedicated + fractional + idle).toBeLessThanOrEqual(
        procs * (cycle.markMs + 1) + 1,
      )
      expect(cycle.heapAtMarkEnd).toBeGreaterThanOrEqual(cycle.heapAtStart)
      expect(cycle.overrun).toBe(
        Math.max(0, cycle.heapAtMarkEnd - (cycle.goal ?? Number.POSITIVE_INFINITY)),
      )
      expect(Object.values(cycle.overrunBy).reduce((sum, bytes) => sum + bytes, 0)).toBe(
        cycle.overrun,
      )
      expect(cycle.triggerBytes ?? 0).toBeLessThanOrEqual(cycle.goal ?? Number.POSITIVE_INFINITY)
      expect(cycle.timeToSafepointUs[0]).toBeLessThanOrEqual(cycle.stwSetupUs)
      expect(cycle.timeToSafepointUs[1]).toBeLessThanOrEqual(cycle.stwTerminationUs)
      expect(cycle.terminationAttempts + cycle.gateRaises).toBeGreaterThanOrEqual(1)
      expect(cycle.rescues).toBe(0)
    })
  })

  // The sweep counts marks exactly, so its count shows what the mark counts twice, or not at all.
  test.each([
    // Two markers must find the same object white at the same time.
    ['plain', 0.01],
    ['atomic', 0],
  ])('the mark counts what the sweep finds: --marks %s', async (marks, mostTwice) => {
    const args = [churn, '--procs', '3', '--gogc', '30', '--marks', marks, '--', '6', '200', '10']
    const { record } = await runProgramWarm(args)
    expect(record.cycles.length).toBeGreaterThan(3)
    for (const { heapMarked, doubleMarked } of record.cycles) {
      expect(heapMarked).toBeGreaterThan(0)
      expect(doubleMarked).toBeGreaterThanOrEqual(0)
      expect(doubleMarked).toBeLessThanOrEqual(mostTwice * heapMarked)
    }
  })
})

/** A line of gctrace: Go cuts its numbers to two or three digits. */
function expectSame(line: string, cycle: CycleRecord, { procs, cpus }: RunRecord): void {
  const number = String.raw`([\d.]+)`
  const pattern =
    `^gc (\\d+) @${number}s (\\d+)%: ${number}\\+${number}\\+${number} ms clock, ` +
    `${number}\\+${number}/${number}/${number}\\+${number} ms cpu, (\\d+)->(\\d+)->(\\d+) MB, (\\d+) MB goal, ` +
    '(\\d+) MB stacks, (\\d+) MB globals, (\\d+) P( \\(forced\\))?$'
  const match = new RegExp(pattern).exec(line)
  if (match === null) throw new Error(`no line of gctrace: ${line}`)
  const [
    n,
    at,
    ,
    setup,
    mark,
    termination,
    setupCpu,
    assist,
    background,
    idle,
    terminationCpu,
    ...rest
  ] = match.slice(1, -1).map(Number)
  const [atStart, atEnd, marked, goal, , , ps] = rest
  const stopped = Math.min(procs, cpus)
  expect([n, ps, match.at(-1) === undefined]).toEqual([cycle.n, procs, cycle.trigger !== 'forced'])
  const { cpuMs } = cycle
  const pairs: [string, number, number][] = [
    ['start', at, cycle.startMs / 1000],
    ['setup', setup, cycle.stwSetupUs / 1000],
    ['mark', mark, cycle.markMs],
    ['termination', termination, cycle.stwTerminationUs / 1000],
    ['setup, CPU', setupCpu, (stopped * cycle.stwSetupUs) / 1000],
    ['assist', assist, cpuMs.assist],
    ['background', background, cpuMs.dedicated + cpuMs.fractional],
    ['idle', idle, cpuMs.idle],
    ['termination, CPU', terminationCpu, (stopped * cycle.stwTerminationUs) / 1000],
  ]
  for (const [name, printed, exact] of pairs) {
    expect(printed, `${name} in ${line}`).toBeLessThanOrEqual(exact + 1e-6)
    // Two digits from 100 µs to 10 ms, whole milliseconds above, microseconds below.
    const cut =
      name !== 'start' && exact >= 10 ? 1 : Math.max(0.001, name === 'start' ? 0 : exact / 10)
    expect(exact - printed, `${name} in ${line}`).toBeLessThan(cut + 1e-6)
  }
  const mebibytes = (bytes: number): number => Math.floor(bytes / 2 ** 20)
  const wanted = [cycle.heapAtStart, cycle.heapAtMarkEnd, cycle.heapMarked, cycle.goal ?? 0].map(
    mebibytes,
  )
  expect([atStart, atEnd, marked, goal]).toEqual(wanted)
}
