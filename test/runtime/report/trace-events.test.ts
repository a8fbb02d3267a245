import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EVENT_DETAILS, EVENT_NAMES } from '../../../gc/record/events.ts'
import {
  eventOfP,
  GC_LANE,
  type PSlice,
  readTraceEvents,
  type TraceEvent,
  TraceEventWriter,
} from '../../../runtime/report/trace-events.ts'
import { aHandRun } from '../../support/hand-run.ts'

interface Written {
  ph: string
  name: string
  pid: number
  tid: number
  ts: number
  dur: number
  args: Record<string, unknown>
}

/** What a viewer finds, and the writer. */
function traced(
  events: readonly TraceEvent[],
  procs = 2,
): { written: Written[]; named: Written[]; dropped: number } {
  let text = ''
  const writer = new TraceEventWriter(more => (text += more), 'tree.ts', procs)
  for (const event of events) writer.event(event)
  writer.close()
  writer.close()
  const { traceEvents } = JSON.parse(text) as { traceEvents: Written[] }
  return {
    named: traceEvents.filter(event => event.ph === 'M'),
    written: traceEvents.filter(event => event.ph !== 'M'),
    dropped: writer.dropped,
  }
}

test('an empty trace is valid, and has a lane for the collector and for each P', () => {
  const { named, written } = traced([])
  expect(written).toEqual([])
  const lanes = named.filter(event => event.name === 'thread_name')
  expect(lanes.map(lane => [lane.tid, lane.args.name])).toEqual([
    [1, 'GC'],
    [2, 'P 0'],
    [3, 'P 1'],
  ])
  expect(named[0]).toMatchObject({
    name: 'process_name',
    pid: 1,
    args: { name: 'sawtooth tree.ts' },
  })
})

test('slices, instants and counters', () => {
  const { written } = traced([
    {
      kind: 'slice',
      p: 1,
      name: 'dedicated worker',
      startMs: 1.5,
      durationMs: 0.25,
      args: { cycle: 3 },
    },
    { kind: 'instant', p: 0, name: 'charge', startMs: 2, args: { bytes: 8192 } },
    {
      kind: 'slice',
      p: GC_LANE,
      name: 'time to safepoint',
      startMs: 2,
      durationMs: 0.5,
      args: undefined,
    },
    {
      kind: 'counter',
      name: 'heap',
      startMs: 2.5,
      args: { live: 3, goal: null, trigger: Number.POSITIVE_INFINITY },
    },
  ])
  expect(written).toEqual([
    { ph: 'X', name: 'dedicated worker', pid: 1, tid: 3, ts: 1500, dur: 250, args: { cycle: 3 } },
    { ph: 'i', s: 't', name: 'charge', pid: 1, tid: 2, ts: 2000, args: { bytes: 8192 } },
    { ph: 'X', name: 'time to safepoint', pid: 1, tid: 1, ts: 2000, dur: 500 },
    { ph: 'C', name: 'heap', pid: 1, tid: 1, ts: 2500, args: { live: 3 } },
  ])
})

test('slices that nest still do when written', () => {
  const time = fc.double({ min: 0, max: 1e5, noNaN: true })
  fc.assert(
    fc.property(fc.array(time, { minLength: 4, maxLength: 4 }), times => {
      const [a, b, c, d] = times.sort((x, y) => x - y) as [number, number, number, number]
      const { written } = traced([
        {
          kind: 'slice',
          p: 0,
          name: 'goroutine',
          startMs: a,
          durationMs: d - a,
          args: { goroutine: 1 },
        },
        {
          kind: 'slice',
          p: 0,
          name: 'assist',
          startMs: b,
          durationMs: c - b,
          args: { scanWork: 1 },
        },
      ])
      const [outer, inner] = written.map(event => {
        const start = Math.round(event.ts * 1e3)
        return { start, end: start + Math.round(event.dur * 1e3) }
      }) as [{ start: number; end: number }, { start: number; end: number }]
      expect(inner.start).toBeGreaterThanOrEqual(outer.start)
      // startMs + durationMs is itself a rounded sum.
      expect(inner.end).toBeLessThanOrEqual(outer.end + 1)
    }),
  )
})

test('what has no time, or comes too late, is dropped and counted', () => {
  const event: PSlice = {
    kind: 'slice',
    p: 0,
    name: 'stopped',
    startMs: 1,
    durationMs: 1,
    args: undefined,
  }
  const { written, dropped } = traced([
    { ...event, startMs: Number.NaN },
    { ...event, durationMs: -1 },
    { ...event, durationMs: Number.POSITIVE_INFINITY },
    event,
  ])
  expect(written).toHaveLength(1)
  expect(dropped).toBe(3)

  let text = ''
  const writer = new TraceEventWriter(more => (text += more), 'tree.ts', 1)
  writer.close()
  writer.event(event)
  expect(writer.dropped).toBe(1)
  JSON.parse(text)
})

test.each(['"', '\\', '\n', '\u0000', '\u2028', '\ud800', '</script>'])(
  'a program named %j gives valid JSON',
  name => {
    let text = ''
    new TraceEventWriter(more => (text += more), name, 1).close()
    const { traceEvents } = JSON.parse(text) as { traceEvents: Written[] }
    expect(traceEvents[0]?.args.name).toBe(`sawtooth ${name}`)
  },
)

test('each event of a P tells its detail by the name that its kind has for it', () => {
  for (const [kind, name] of EVENT_NAMES.entries()) {
    const event = eventOfP(1, kind, 2, 3, 4)
    const what = EVENT_DETAILS[name]
    expect(event).toMatchObject({
      kind: name === 'charge' ? 'instant' : 'slice',
      p: 1,
      name,
      startMs: 2,
    })
    expect(event.args).toEqual(what === null ? undefined : { [what]: 4 })
  }
})

test('what was written is read back, event for event', () => {
  const events = EVENT_NAMES.map((_, kind) =>
    eventOfP(kind % 2, kind, kind + 0.5, kind === EVENT_NAMES.indexOf('charge') ? 0 : 0.25, kind),
  )
  let text = ''
  const writer = new TraceEventWriter(more => (text += more), 'tree.ts', 2)
  for (const event of events) writer.event(event)
  writer.close()
  expect(readTraceEvents(text)).toEqual({ procs: 2, events })
})

test('the trace of a run tells each cycle of its record, and bytes for each request', async () => {
  const { record, trace } = await aHandRun()
  const { procs, events } = readTraceEvents(trace)
  expect(procs).toBe(record.procs)
  const ends = events.filter(event => event.name === 'mark termination' && event.p === GC_LANE)
  expect(ends.map(({ args }) => args)).toEqual(
    record.cycles.map(({ n, terminationAttempts }) => ({
      cycle: n,
      attempts: terminationAttempts,
    })),
  )
  const charges = events.filter(event => event.kind === 'instant')
  expect(charges.length).toBeGreaterThan(10)
  for (const { args } of charges) expect(args.bytes).toBeGreaterThan(0)
})
