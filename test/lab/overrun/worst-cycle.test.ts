import { expect, test } from 'vitest'
import { worstCycleOf } from '../../../lab/overrun/worst-cycle.ts'
import { TraceEventWriter } from '../../../runtime/report/trace-events.ts'
import { cycleWith, MIB } from './cycles.ts'

/** Ends at 130.1 ms; its mark lasts so long that not all of it is shown. */
const worst = cycleWith({
  ...{ n: 2, startMs: 100, stwSetupUs: 100, markMs: 30, heapAtMarkEnd: 9 * MIB, overrunBy: { credit: 5 * MIB } },
  gaps: [{ point: 'flush-wait', ms: 4 }],
})
const cycles = [cycleWith({ n: 1, heapAtMarkEnd: 5 * MIB }), worst, cycleWith({ n: 3, startMs: 140 })]

function traceOf(events: (writer: TraceEventWriter) => void): string {
  let text = ''
  const writer = new TraceEventWriter(part => (text += part), 'program.ts', 2)
  events(writer)
  writer.close()
  return text
}

test('the lanes of the Ps around the end of the mark, in time since the start of the cycle', () => {
  const trace = traceOf(writer => {
    writer.event({ kind: 'slice', p: -1, name: 'mark', startMs: 100.1, durationMs: 30 })
    writer.event({ kind: 'slice', p: 1, name: 'assist', startMs: 120, durationMs: 2 })
    writer.event({ kind: 'slice', p: 0, name: 'goroutine', startMs: 90, durationMs: 50 })
    writer.event({ kind: 'slice', p: 0, name: 'sweep', startMs: 101, durationMs: 2 })
    writer.event({ kind: 'slice', p: 0, name: 'stopped', startMs: 140, durationMs: 2 })
    writer.event({ kind: 'instant', p: 1, name: 'charge', startMs: 125, args: { bytes: 8192 } })
    writer.event({ kind: 'instant', p: 1, name: 'charge', startMs: 105, args: { bytes: 8192 } })
  })
  const found = worstCycleOf(cycles, trace)
  expect(found).toMatchObject({
    n: 2,
    overrun: 5 * MIB,
    by: { credit: 5 * MIB },
    gaps: [{ point: 'flush-wait', ms: 4 }],
  })
  const rounded = (ms: number): number => Math.round(ms * 1e6) / 1e6
  expect(found?.markEndMs).toBeCloseTo(30.1, 6)
  expect(
    found?.lanes.map(({ fromMs, toMs, ...lane }) => ({ ...lane, from: rounded(fromMs), to: rounded(toMs) })),
  ).toEqual([
    { p: 0, what: 'goroutine', from: 15.1, to: 31.2 },
    { p: 1, what: 'assist', from: 20, to: 22 },
  ])
  expect(found?.requests).toEqual([{ p: 1, atMs: 25, bytes: 8192 }])
})

test('there is no worst cycle where none passed its goal', () => {
  expect(
    worstCycleOf(
      [cycleWith({})],
      traceOf(() => {}),
    ),
  ).toBe(null)
})
