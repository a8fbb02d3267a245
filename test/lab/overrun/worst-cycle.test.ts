import { expect, test } from 'vitest'
import { worstCycleOf } from '../../../lab/overrun/worst-cycle.ts'
import { readTraceEvents, TraceEventWriter } from '../../../runtime/report/trace-events.ts'
import { aHandRun } from '../../support/hand-run.ts'

const { record, trace } = await aHandRun()
const { cycles } = record

test('of a run it is the cycle with the largest overrun, and what it says of that is what its record says', () => {
  const worst = worstCycleOf(cycles, trace)
  const most = Math.max(...cycles.map(({ overrun }) => overrun))
  expect(most).toBeGreaterThan(0)
  const of = cycles.find(({ overrun }) => overrun === most)
  expect(worst).toMatchObject({ n: of?.n, overrun: most, by: of?.overrunBy, gaps: of?.gaps })
  expect(worst?.markEndMs).toBe((of?.stwSetupUs ?? 0) / 1000 + (of?.markMs ?? 0))
})

test('it has the lanes and the requests of the trace around the end of its mark, in time since it began', () => {
  const worst = worstCycleOf(cycles, trace)
  const of = cycles.find(({ n }) => n === worst?.n)
  if (worst === null || of === undefined) throw new Error('no cycle ran past its goal')
  const [from, to] = [
    Math.max(0, worst.markEndMs - 15),
    worst.markEndMs + of.stwTerminationUs / 1000 + 1,
  ]
  const around = readTraceEvents(trace).events.map(event => ({
    ...event,
    startMs: event.startMs - of.startMs,
  }))
  expect(worst.requests).toEqual(
    around.flatMap(event =>
      event.kind === 'instant' && event.startMs >= from && event.startMs <= to
        ? [{ p: event.p, atMs: event.startMs, bytes: event.args.bytes }]
        : [],
    ),
  )
  expect(worst.requests.length).toBeGreaterThan(0)
  for (const { bytes } of worst.requests) expect(bytes).toBeGreaterThan(0)
  expect(worst.lanes.some(({ what }) => what === 'mark termination')).toBe(true)
  for (const { p, fromMs, toMs } of worst.lanes) {
    expect([0, 1]).toContain(p)
    expect(fromMs).toBeGreaterThanOrEqual(from - 1e-6)
    expect(toMs).toBeLessThanOrEqual(to + 1e-6)
    expect(toMs).toBeGreaterThan(fromMs)
  }
})

test('what lies outside of that time is not shown, and what reaches out of it is cut', () => {
  // The first one may have kept its goal.
  const first = cycles.find(({ overrun }) => overrun > 0)
  if (first === undefined) throw new Error('no cycle ran past its goal')
  // The cycle ends at 130.1 ms. Its mark is too long to be shown whole.
  const worst = { ...first, startMs: 100, stwSetupUs: 100, markMs: 30, stwTerminationUs: 100 }
  let text = ''
  const writer = new TraceEventWriter(part => (text += part), 'program.ts', 2)
  const assist = { kind: 'slice', name: 'assist', args: { scanWork: 1 } } as const
  writer.event({ ...assist, p: 1, startMs: 120, durationMs: 2 })
  writer.event({
    kind: 'slice',
    p: 0,
    name: 'goroutine',
    startMs: 90,
    durationMs: 50,
    args: { goroutine: 1 },
  })
  writer.event({ ...assist, p: 0, startMs: 101, durationMs: 2 })
  writer.event({ ...assist, p: 0, startMs: 140, durationMs: 2 })
  writer.event({ kind: 'instant', p: 1, name: 'charge', startMs: 125, args: { bytes: 8192 } })
  writer.event({ kind: 'instant', p: 1, name: 'charge', startMs: 105, args: { bytes: 4096 } })
  writer.close()
  const found = worstCycleOf([worst], text)
  const rounded = (ms: number): number => Math.round(ms * 1e6) / 1e6
  expect(
    found?.lanes.map(({ p, what, fromMs, toMs }) => [p, what, rounded(fromMs), rounded(toMs)]),
  ).toEqual([
    [0, 'goroutine', 15.1, 31.2],
    [1, 'assist', 20, 22],
  ])
  expect(found?.requests).toEqual([{ p: 1, atMs: 25, bytes: 8192 }])
})

test('there is no worst cycle where none passed its goal', () => {
  expect(
    worstCycleOf(
      cycles.map(cycle => ({ ...cycle, overrun: 0 })),
      trace,
    ),
  ).toBe(null)
})
