import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GC_LANE, type TraceEvent, TraceEventWriter } from '../../../runtime/report/trace-events.ts'

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
function traced(events: readonly TraceEvent[], procs = 2): { written: Written[]; named: Written[]; dropped: number } {
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
  expect(lanes.map(lane => [lane.tid, lane.args['name']])).toEqual([
    [1, 'GC'],
    [2, 'P 0'],
    [3, 'P 1'],
  ])
  expect(named[0]).toMatchObject({ name: 'process_name', pid: 1, args: { name: 'sawtooth tree.ts' } })
})

test('slices, instants and counters', () => {
  const { written } = traced([
    { kind: 'slice', p: 1, name: 'mark (dedicated)', startMs: 1.5, durationMs: 0.25, args: { cycle: 3 } },
    { kind: 'instant', p: GC_LANE, name: 'stop asked "now"', startMs: 2 },
    { kind: 'counter', name: 'heap', startMs: 2.5, args: { live: 3, goal: null, trigger: Number.POSITIVE_INFINITY } },
  ])
  expect(written).toEqual([
    { ph: 'X', name: 'mark (dedicated)', pid: 1, tid: 3, ts: 1500, dur: 250, args: { cycle: 3 } },
    { ph: 'i', s: 't', name: 'stop asked "now"', pid: 1, tid: 1, ts: 2000 },
    { ph: 'C', name: 'heap', pid: 1, tid: 1, ts: 2500, args: { live: 3 } },
  ])
})

test('slices that nest still do when written', () => {
  const time = fc.double({ min: 0, max: 1e5, noNaN: true })
  fc.assert(
    fc.property(fc.array(time, { minLength: 4, maxLength: 4 }), times => {
      const [a, b, c, d] = times.sort((x, y) => x - y) as [number, number, number, number]
      const { written } = traced([
        { kind: 'slice', p: 0, name: 'outer', startMs: a, durationMs: d - a },
        { kind: 'slice', p: 0, name: 'inner', startMs: b, durationMs: c - b },
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
  const event: TraceEvent = { kind: 'slice', p: 0, name: 'x', startMs: 1, durationMs: 1 }
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

test('any names and values give valid JSON', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null))
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.dictionary(fc.string(), value), (name, args) => {
      const { written } = traced([{ kind: 'instant', p: 0, name, startMs: 0, args }])
      expect(written[0]?.name).toBe(name)
    }),
  )
})
