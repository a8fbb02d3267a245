// The account of the overrun, by hand on real words of shared memory: which cause each request is
// charged to, and that the parts sum to the whole.
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import type { Payment } from '../../../gc/listener.ts'
import { CAUSES, Overrun, sumOverrun } from '../../../gc/record/overrun.ts'
import { PLACES } from '../../../gc/record/place.ts'
import { LiveHeap } from '../../../heap/live-heap.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import { HandHeap } from '../../support/heap.ts'

const PROCS = 3
const GOAL = 1000
const { memory, meta } = new HandHeap({ procs: PROCS })
const ps = Array.from({ length: PROCS }, (_, index) => index)
const lives = ps.map(index => new LiveHeap(memory, index))
let hostMs = 0
let offCpuMs = 0
const clocks = { v8Ms: () => hostMs, offCpuMs: () => offCpuMs }
const accounts = ps.map(index => new Overrun(memory, index, clocks))
const idle = { isOutOfWork: false, isWorkAvailable: false }

beforeEach(() => {
  hostMs = offCpuMs = 0
  accounts[0].cycleStarted()
  for (const index of ps) meta[memory.pWord(index, pWords.PLACE)] = 0
  meta[control.SCANS_WANTED] = meta[control.WORK_LOCK] = 0
  meta[control.TERMINATION_ATTEMPTS] = meta[control.TERMINATION_RESTARTS] = 0
  meta[control.HEAP_LIVE] = 0
  memory.metaF64[memory.controlDouble(control.GOAL_AT_START)] = GOAL
})

/** The account as the record has it, by name. */
function account(): Record<string, number> {
  accounts[0].markOver()
  const parts = memory.layout.cycleRecords
  sumOverrun(memory, parts, parts + pWords.OVERRUN_PARTS)
  const by: Record<string, number> = {}
  for (let part = 0; part < pWords.OVERRUN_PARTS; part++) {
    const bytes = memory.metaF64[parts + part]
    if (bytes !== 0)
      by[part < pWords.PLACE_COUNT ? PLACES[part - 1] : CAUSES[part - pWords.PLACE_COUNT]] = bytes
  }
  return by
}

/** The longest stretch at a place, by the last account. */
const gap = (place: number): number => gapList(0, place)
/** What of it was off the CPU, and what was V8's. */
const gapOffCpu = (place: number): number => gapList(1, place)
const gapV8 = (place: number): number => gapList(2, place)
const gapList = (list: number, place: number): number =>
  memory.metaF64[
    memory.layout.cycleRecords + pWords.OVERRUN_PARTS + list * pWords.PLACE_COUNT + place
  ]

const overrun = (): number => Math.max(0, meta[control.HEAP_LIVE] - GOAL)

test('in any order of requests, of what is taken back and of names, the parts sum to the overrun to the byte', () => {
  const change = fc.record({
    by: fc.nat(PROCS - 1),
    bytes: fc.integer({ min: -400, max: 400 }),
    limit: fc.option(fc.integer({ min: 500, max: 1500 })),
    isNamed: fc.boolean(),
    payment: fc.constantFrom<Payment>('before', 'by credit', 'next'),
    isOutOfWork: fc.boolean(),
  })
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 1500 }),
      fc.array(change, { maxLength: 60 }),
      (atStart, changes) => {
        meta[control.HEAP_LIVE] = atStart
        accounts[0].cycleStarted()
        accounts[1].planned()
        for (const { by, bytes, limit, isNamed, payment, isOutOfWork } of changes) {
          if (limit === null && bytes < 0) lives[by].shrink(-bytes)
          else if (limit === null) lives[by].charge(bytes)
          else if (lives[by].reserve(bytes, limit)) lives[by].charge(bytes)
          if (isNamed) accounts[by].charged(bytes, payment, { isOutOfWork, isWorkAvailable: false })
        }
        const sum = Object.values(account()).reduce((all, bytes) => all + bytes, 0)
        expect(sum).toBe(overrun())
      },
    ),
  )
})

test.each([
  ['lateTrigger', () => {}, 'next', idle],
  ['largeObject', () => {}, 'before', idle],
  ['credit', () => {}, 'by credit', idle],
  ['refill', () => {}, 'next', idle],
  ['restart', () => meta[control.TERMINATION_RESTARTS]++, 'by credit', idle],
  ['unattended', () => {}, 'by credit', { isOutOfWork: true, isWorkAvailable: false }],
  [
    'wantedStack',
    () => meta[control.SCANS_WANTED]++,
    'by credit',
    { isOutOfWork: true, isWorkAvailable: false },
  ],
  [
    'mark-termination/before-stop',
    () => accounts[2].at('mark-termination/before-stop'),
    'by credit',
    idle,
  ],
  [
    'parkedWorker',
    () => meta[control.TERMINATION_ATTEMPTS]++,
    'by credit',
    { isOutOfWork: false, isWorkAvailable: true },
  ],
  [
    'lock',
    () => {
      accounts[2].at('mark-termination/before-barrier')
      meta[control.WORK_LOCK] = 2
    },
    'by credit',
    idle,
  ],
] as const)('what is past the goal is named %s', (cause, bringAbout, payment, mark) => {
  if (cause === 'lateTrigger') {
    meta[control.HEAP_LIVE] = GOAL + 100
    accounts[0].planned()
  } else {
    bringAbout()
    lives[0].charge(GOAL + 100)
    accounts[0].charged(GOAL + 100, payment, mark)
  }
  expect(account()).toEqual({ [cause]: 100 })
})

test('of a request that passes the goal only what lies past it is counted', () => {
  lives[0].charge(900)
  accounts[0].charged(0, 'by credit', idle)
  lives[1].charge(300)
  accounts[1].charged(0, 'next', idle)
  expect(account()).toEqual({ refill: 200 })
})

test('a P that waits in the barrier is not to blame while another is stalled', () => {
  accounts[0].at('mark-termination/in-barrier')
  accounts[1].at('mark-termination/leave')
  lives[2].charge(GOAL + 50)
  accounts[2].charged(0, 'by credit', idle)
  expect(account()).toEqual({ 'mark-termination/leave': 50 })
})

test('a stall that was a collection of the host’s is named so afterwards', () => {
  accounts[1].at('mark-termination/before-barrier')
  lives[0].charge(GOAL + 70)
  accounts[0].charged(0, 'by credit', idle)
  memory.metaF64[memory.pDouble(1, pWords.PLACE_SINCE)] -= 5
  hostMs = 4
  accounts[1].left()
  expect(account()).toEqual({ hostGc: 70 })
})

test('a place reports its longest stretch; one that is not over counts until the stop was asked for', () => {
  accounts[1].at('mark-termination/enter')
  memory.metaF64[memory.pDouble(1, pWords.PLACE_SINCE)] -= 3
  accounts[1].at('mark-termination/before-stop')
  memory.metaF64[memory.controlDouble(control.STOP_REQUESTED_AT)] =
    memory.metaF64[memory.pDouble(1, pWords.PLACE_SINCE)] + 7
  account()
  expect(gap(1)).toBeGreaterThanOrEqual(3)
  const cut = 1 + PLACES.indexOf('mark-termination/before-stop')
  expect(gap(cut)).toBe(7)
  // Only its own thread could tell.
  expect([gapOffCpu(cut), gapV8(cut)]).toEqual([Number.NaN, Number.NaN])
})

test('a stretch says for how long its thread was off the CPU in it, and for how long V8 collected', () => {
  const place = 1 + PLACES.indexOf('mark-termination/in-barrier')
  const stretch = (p: number, ms: number, offMs: number, v8Ms: number): void => {
    hostMs = 100 // before it
    accounts[p].at('mark-termination/in-barrier')
    memory.metaF64[memory.pDouble(p, pWords.PLACE_SINCE)] -= ms
    offCpuMs += offMs
    hostMs = v8Ms
    accounts[p].left()
    offCpuMs += 50 // after it
  }
  stretch(0, 1000, 2, 0.5)
  stretch(1, 3000, 2.5, 1.5)
  stretch(1, 2000, 10, 7)
  account()
  expect(gap(place)).toBeGreaterThanOrEqual(3000)
  expect([gapOffCpu(place), gapV8(place)]).toEqual([2.5, 1.5])
  accounts[0].cycleStarted()
  account()
  expect([gap(place), gapOffCpu(place), gapV8(place)]).toEqual([0, 0, 0])
})

test('the end of a mark cuts every stretch: a P that is still held up is to blame for nothing in the next cycle', () => {
  accounts[1].at('mark-termination/before-stop')
  account()
  accounts[0].cycleStarted()
  memory.metaF64[memory.pDouble(1, pWords.PLACE_SINCE)] -= 30
  lives[0].charge(GOAL + 40)
  accounts[0].charged(0, 'by credit', idle)
  accounts[1].left()
  expect(account()).toEqual({ credit: 40 })
  expect(gap(1 + PLACES.indexOf('mark-termination/before-stop'))).toBe(0)
})
