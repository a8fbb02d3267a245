import fc from 'fast-check'
import { beforeEach, expect, test, vi } from 'vitest'
import { now } from '#sync'
import { STOP_COMMIT, STOP_HEAP_CYCLE, STOP_TERMINATION, type StopReason } from '../../gc/world.ts'
import { RESTARTS, STOP } from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { raisedReason, raisingSince, Stop } from '../../scheduler/stop.ts'
import { HandHeap } from '../support/heap.ts'

// Waiting is replaced by what the other Ps do meanwhile: there is one thread here.
const other = vi.hoisted(() => ({ meanwhile: (): void => {} }))
vi.mock('#sync', async importOriginal => ({
  ...(await importOriginal<typeof import('#sync')>()),
  wait: () => other.meanwhile(),
}))

const PROCS = 3
const { memory, meta } = new HandHeap({ procs: PROCS })
const status = (index: number): number => meta[memory.pWord(index, pWords.STATUS)]
const poll = (index: number): number => meta[memory.pWord(index, pWords.POLL)]

let acts: { reason: StopReason; by: number; statuses: number[] }[]
let stops: Stop[]

beforeEach(() => {
  other.meanwhile = () => {
    throw new Error('asleep for ever')
  }
  meta[STOP] = meta[RESTARTS] = 0
  acts = []
  stops = Array.from({ length: PROCS }, (_, index) => {
    meta[memory.pWord(index, pWords.STATUS)] = pWords.STATUS_ABSENT
    meta[memory.pWord(index, pWords.POLL)] = 0
    return new Stop(memory, index, reason => {
      expect(raisedReason(memory)).toBe(reason)
      acts.push({ reason, by: index, statuses: stops.map((_, at) => status(at)) })
    })
  })
})

const [W, R] = [pWords.STATUS_WAITING, pWords.STATUS_RUNNING]

test('the last P to stop acts, once, when no other runs; then all may go on', () => {
  const [one, two] = stops
  one.enterRunning()
  two.enterRunning()
  const epoch = one.epoch()
  expect(one.raise(epoch, STOP_HEAP_CYCLE)).toBe(true)
  expect([poll(0), poll(1), poll(2)]).toEqual([0, pWords.POLL_STOP, pWords.POLL_STOP])
  expect([two.isRaised, raisedReason(memory), status(0), status(1)]).toEqual([
    true,
    STOP_HEAP_CYCLE,
    W,
    R,
  ])
  expect(raisingSince(memory)).toBeLessThanOrEqual(now())
  expect(acts).toEqual([])
  two.leaveRunning()
  expect(acts).toEqual([{ reason: STOP_HEAP_CYCLE, by: 1, statuses: [W, W, pWords.STATUS_ABSENT] }])
  expect([one.isRaised, raisedReason(memory), one.epoch(), meta[RESTARTS]]).toEqual([
    false,
    0,
    epoch + 1,
    1,
  ])
  expect(raisingSince(memory)).toBe(Number.POSITIVE_INFINITY)
  expect([one.enterRunning(), two.enterRunning(), status(0), status(1)]).toEqual([true, true, R, R])
  one.leaveRunning()
  two.leaveRunning()
  expect(acts).toHaveLength(1)
})

test('a P that raises a stop while no other P runs acts at once', () => {
  const [one] = stops
  one.enterRunning()
  expect(one.raise(one.epoch(), STOP_COMMIT)).toBe(true)
  expect(acts.map(act => [act.reason, act.by])).toEqual([[STOP_COMMIT, 0]])
})

test('while a P is about to raise a stop, the others stop, act and go on without it', () => {
  const [one, two] = stops
  one.enterRunning()
  two.enterRunning()
  const epoch = one.epoch()
  // What raise does first; then it is off the CPU.
  one.leaveRunning()
  expect(two.raise(two.epoch(), STOP_HEAP_CYCLE)).toBe(true)
  expect(acts.map(act => [act.reason, act.by])).toEqual([[STOP_HEAP_CYCLE, 1]])
  two.enterRunning()
  one.enterRunning()
  expect(one.raise(epoch, STOP_TERMINATION)).toBe(false)
  expect(acts).toHaveLength(1)
})

test('a P that goes on and finds a stop in which no P runs acts if the raiser is off the CPU', () => {
  const [one, two] = stops
  one.enterRunning()
  two.enterRunning()
  two.leaveRunning()
  one.leaveRunning()
  // P 0 has raised, and is taken off the CPU before it can look whether anybody runs.
  meta[STOP] |= STOP_COMMIT << 8
  expect(two.enterRunning()).toBe(true)
  expect(acts.map(act => [act.reason, act.by])).toEqual([[STOP_COMMIT, 1]])
})

test('a P that finds a stop raised tells the others of it', () => {
  const [one, two, three] = stops
  for (const each of stops) each.enterRunning()
  const epoch = two.epoch()
  one.raise(one.epoch(), STOP_HEAP_CYCLE)
  // As if P 0 had vanished before it could tell anybody.
  meta[memory.pWord(2, pWords.POLL)] = 0
  expect(two.raise(epoch, STOP_TERMINATION)).toBe(false)
  expect(poll(2)).toBe(pWords.POLL_STOP)
  three.leaveRunning()
  expect(acts.map(act => [act.reason, act.by])).toEqual([[STOP_HEAP_CYCLE, 2]])
})

test('a raise on an epoch read before another stop fails', () => {
  const [one, two] = stops
  one.enterRunning()
  const stale = two.epoch()
  one.raise(one.epoch(), STOP_COMMIT)
  two.enterRunning()
  expect(two.raise(stale, STOP_TERMINATION)).toBe(false)
  expect([two.isRaised, raisingSince(memory)]).toEqual([false, Number.POSITIVE_INFINITY])
  two.enterRunning()
  expect(two.raise(two.epoch(), STOP_TERMINATION)).toBe(true)
})

test('while a stop is raised no second reason is taken, and it keeps its own', () => {
  const [one, two] = stops
  one.enterRunning()
  two.enterRunning()
  const epoch = two.epoch()
  stops[2].enterRunning()
  one.raise(epoch, STOP_HEAP_CYCLE)
  expect(two.raise(epoch, STOP_TERMINATION)).toBe(false)
  expect(acts).toEqual([])
  stops[2].leaveRunning()
  expect(acts.map(act => [act.reason, act.by])).toEqual([[STOP_HEAP_CYCLE, 2]])
})

test('a P that is to go on during a stop waits for the restart, and misses none', () => {
  const [one, two] = stops
  one.enterRunning()
  stops[2].enterRunning()
  one.raise(one.epoch(), STOP_HEAP_CYCLE)
  other.meanwhile = () => stops[2].leaveRunning()
  expect(two.enterRunning()).toBe(true)
  expect([acts.length, acts[0].by, status(0), status(1)]).toEqual([1, 2, W, R])
})

test('a P that waits for a restart when the run ends is told so, and does not run', () => {
  const [one, two] = stops
  one.enterRunning()
  stops[2].enterRunning()
  one.raise(one.epoch(), STOP_HEAP_CYCLE)
  meta[memory.pWord(1, pWords.POLL)] |= pWords.POLL_END
  expect(two.enterRunning()).toBe(false)
  expect(status(1)).not.toBe(R)
  stops[2].leaveRunning()
  expect(acts).toHaveLength(1)
})

test('the epoch goes round its 19 bits', () => {
  const [one] = stops
  meta[STOP] = ((2 ** 19 - 1) << 13) | 0
  one.enterRunning()
  expect(one.epoch()).toBe(2 ** 19 - 1)
  expect(one.raise(one.epoch(), STOP_HEAP_CYCLE)).toBe(true)
  expect([one.epoch(), one.isRaised, acts.length]).toEqual([0, false, 1])
})

test('in any order of going on, stopping and raising, each raise is one act in a stopped world', () => {
  const step = fc.record({
    by: fc.nat(PROCS - 1),
    do: fc.constantFrom('toggle', 'toggle', 'read', 'raise'),
    reason: fc.constantFrom<StopReason>(1, 2, 3, 4, 5, 6, 7),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), sequence => {
      meta[STOP] = 0
      acts = []
      const running = new Set<number>()
      const hints = [0, 0, 0]
      let epoch = 0
      let raised: StopReason | 0 = 0
      const expected: [StopReason, number][] = []
      const actIfLast = (by: number): void => {
        if (raised === 0 || running.size > 0) return
        expected.push([raised, by])
        epoch++
        raised = 0
      }
      const toggle = (by: number): void => {
        if (running.delete(by)) {
          actIfLast(by)
          stops[by].leaveRunning()
        } else if (raised === 0) {
          running.add(by)
          stops[by].enterRunning()
        }
      }
      for (const one of sequence) {
        if (one.do === 'toggle') toggle(one.by)
        else if (one.do === 'read') hints[one.by] = stops[one.by].epoch()
        else if (running.delete(one.by)) {
          actIfLast(one.by)
          const succeeds = raised === 0 && hints[one.by] === epoch
          if (succeeds) raised = one.reason
          actIfLast(one.by)
          expect(stops[one.by].raise(hints[one.by], one.reason)).toBe(succeeds)
        }
        expect([stops[0].epoch(), raisedReason(memory)]).toEqual([epoch, raised])
        expect(acts.map(act => [act.reason, act.by])).toEqual(expected)
      }
      for (const act of acts) expect(act.statuses).not.toContain(R)
      for (const by of running) toggle(by)
      expect(meta[STOP] & 0xfff).toBe(0)
    }),
    { numRuns: 150 },
  )
})
