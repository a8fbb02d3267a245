import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { inScratch, runProgram, threadsFile } from '../support/run-cli.ts'
import { isLong, longTest } from '../support/size.ts'
import { runProgramWarm } from '../support/warm-cli.ts'

const busy = threadsFile('programs/busy.ts')

interface Slice {
  readonly ph: string
  readonly tid: number
  readonly name: string
  readonly ts: number
  readonly dur: number
  readonly args: Readonly<Record<string, unknown>>
}

describe('a task in a loop without a safepoint', () => {
  test('is named once, and its time to safepoint stands in the record', async () => {
    const { code, record, stdout, stragglers } = await runProgram([
      busy,
      '--procs',
      '2',
      '--',
      '500',
    ])
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'begin\nend\n' })
    const named = stragglers.filter(line => line.includes('calculator'))
    expect(named).toEqual([
      expect.stringMatching(
        /^the world waits to stop: goroutine 2 \(calculator\) on P 1 has reached no safepoint for \d+ ms /,
      ),
    ])
    const longest = Math.max(...record.cycles.flatMap(({ timeToSafepointUs }) => timeToSafepointUs))
    expect(longest).toBeGreaterThan(200_000)
    // Nearly all of that time is the pause.
    const pauses = record.cycles.flatMap(({ stwSetupUs, stwTerminationUs }) => [
      stwSetupUs,
      stwTerminationUs,
    ])
    expect(Math.max(...pauses)).toBeGreaterThanOrEqual(longest)
  })

  longTest('is named too if it is a stack scan that waits for it', async () => {
    // The goroutine begins its loop while a cycle marks. No stop waits for it, but its stack is not
    // scanned yet.
    const { code, stragglers } = await runProgram([
      threadsFile('programs/busy-in-mark.ts'),
      '--procs',
      '3',
    ])
    expect(code).toBe(0)
    expect(stragglers.join('')).toMatch(/\(calculator\) on P 1 has reached no safepoint for \d+ ms/)
  })

  test('is told apart from one that waits for the reader of its output', async () => {
    const program = threadsFile('programs/prints-while-collecting.ts')
    const { code, stragglers } = await runProgram([program, '--procs', '2'], {
      stdoutBytesPerSecond: isLong ? 5_000_000 : 10_000_000,
    })
    expect(code).toBe(0)
    expect(stragglers.join('')).toMatch(
      /^the world waits to stop: goroutine 2 \(printer\) on P 1 .* \(not its own doing: the P waits for the reader of its output\)$/m,
    )
  })
})

describe('--trace', () => {
  test('writes valid JSON with a lane for each P, whose slices nest', async () => {
    await inScratch(async scratch => {
      const file = join(scratch, 'trace.json')
      // The run is long enough that some P is idle while spans are left to sweep. With a hundred
      // rounds sometimes none is.
      const args = ['--procs', '3', '--trace', file, '--gogc', '50', '--', '6', '400', '9']
      const { code, record } = await runProgramWarm([threadsFile('programs/churn.ts'), ...args])
      expect(code).toBe(0)
      const { traceEvents } = JSON.parse(readFileSync(file, 'utf8')) as { traceEvents: Slice[] }
      const lanes = new Map(
        traceEvents
          .filter(({ name }) => name === 'thread_name')
          .map(({ tid, args }) => [args.name, tid]),
      )
      expect([...lanes.keys()]).toEqual(['GC', 'P 0', 'P 1', 'P 2'])
      const slices = (lane: string): Slice[] =>
        traceEvents.filter(({ ph, tid }) => ph === 'X' && tid === lanes.get(lane))
      for (const lane of ['P 0', 'P 1', 'P 2']) {
        expect(
          slices(lane).some(({ name }) => name === 'goroutine'),
          lane,
        ).toBe(true)
        expect(overlap(slices(lane)), lane).toBeNull()
      }
      expect(overlap(slices('GC')), 'GC').toBeNull()
      const marks = slices('GC').filter(({ name }) => name === 'mark')
      expect(marks.map(({ args }) => args.cycle)).toEqual(record.cycles.map(({ n }) => n))
      const kinds = new Set(traceEvents.map(({ name }) => name))
      for (const name of [
        'fractional worker',
        'stopped',
        'sweep',
        'mark termination',
        'time to safepoint',
      ])
        expect(kinds).toContain(name)
      const isInGoroutine = (sweep: Slice, lane: readonly Slice[]): boolean =>
        lane.some(
          ({ name, ts, dur }) =>
            name === 'goroutine' && ts <= sweep.ts && ts + dur >= sweep.ts + sweep.dur,
        )
      expect(
        ['P 0', 'P 1', 'P 2']
          .map(slices)
          .some(lane => lane.some(one => one.name === 'sweep' && isInGoroutine(one, lane))),
        'a goroutine that allocates sweeps',
      ).toBe(true)
      expect(record.cycles.some(({ sweepMs }) => (sweepMs?.goroutine ?? 0) > 0)).toBe(true)
      for (const { ts } of traceEvents.filter(({ ph }) => ph === 'X'))
        expect(ts).toBeGreaterThanOrEqual(0)
    })
  })

  test('is whole after a run that fails', async () => {
    await inScratch(async scratch => {
      const file = join(scratch, 'trace.json')
      const { code } = await runProgramWarm([
        threadsFile('programs/throws.ts'),
        '--procs',
        '2',
        '--trace',
        file,
      ])
      expect(code).toBe(1)
      expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('traceEvents')
    })
  })
})

/**
 * Two slices of a lane that overlap without nesting, or null. Times are in µs, and may be off by a
 * nanosecond of rounding.
 */
function overlap(slices: readonly Slice[]): [Slice, Slice] | null {
  const open: Slice[] = []
  for (const slice of [...slices].sort((a, b) => a.ts - b.ts || b.dur - a.dur)) {
    while (
      open.length > 0 &&
      open[open.length - 1].ts + open[open.length - 1].dur <= slice.ts + 0.002
    )
      open.pop()
    const outer = open.at(-1)
    if (outer !== undefined && slice.ts + slice.dur > outer.ts + outer.dur + 0.002)
      return [outer, slice]
    open.push(slice)
  }
  return null
}
