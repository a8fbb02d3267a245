// The account of the overrun, on real words of shared memory and by hand: what each request is named, and that the parts sum to the whole.
import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { CAUSES, nameLateTrigger, nameRest, Overrun, resetOverrun, sumOverrun } from '../../../gc/record/overrun.ts'
import { PLACES } from '../../../gc/record/place.ts'
import { LiveHeap } from '../../../heap/live-heap.ts'
import * as control from '../../../memory/words/control.ts'
import * as p from '../../../memory/words/p.ts'
import { HandHeap } from '../../support/heap.ts'

const PROCS = 3
const GOAL = 1000
const { memory, words } = new HandHeap({ procs: PROCS })
const ps = Array.from({ length: PROCS }, (_, index) => index)
const lives = ps.map(index => new LiveHeap(memory, index))
let hostMs = 0
const accounts = ps.map(index => new Overrun(memory, index, () => hostMs))
const idle = { isExhausted: false, isWorkAvailable: false }

beforeEach(() => {
  hostMs = 0
  resetOverrun(memory)
  for (const index of ps) words[memory.p(index, p.PLACE)] = 0
  words[control.SCANS_WANTED] = words[control.WORK_LOCK] = 0
  words[control.TERMINATION_ATTEMPTS] = words[control.TERMINATION_RESTARTS] = 0
  words[control.HEAP_LIVE] = 0
  memory.doubles[memory.measure(control.GOAL_AT_START)] = GOAL
})

/** The account as the record has it, by name. */
function account(): Record<string, number> {
  nameRest(memory)
  const parts = memory.layout.cycleRecords
  sumOverrun(memory, parts, parts + p.OVERRUN_PARTS)
  const by: Record<string, number> = {}
  for (let part = 0; part < p.OVERRUN_PARTS; part++) {
    const bytes = memory.doubles[parts + part]
    if (bytes !== 0) by[part < p.PLACES ? PLACES[part - 1] : CAUSES[part - p.PLACES]] = bytes
  }
  return by
}

/** The longest stretch at a place, by the last account. */
const gap = (place: number): number => memory.doubles[memory.layout.cycleRecords + p.OVERRUN_PARTS + place]

const overrun = (): number => Math.max(0, words[control.HEAP_LIVE] - GOAL)

test('in any order of requests, of what is taken back and of names, the parts sum to the overrun to the byte', () => {
  const change = fc.record({
    by: fc.nat(PROCS - 1),
    bytes: fc.integer({ min: -400, max: 400 }),
    limit: fc.option(fc.integer({ min: 500, max: 1500 })),
    isNamed: fc.boolean(),
    isLarge: fc.boolean(),
    canPay: fc.boolean(),
    isExhausted: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1500 }), fc.array(change, { maxLength: 60 }), (atStart, changes) => {
      words[control.HEAP_LIVE] = atStart
      resetOverrun(memory)
      nameLateTrigger(memory, 1)
      for (const { by, bytes, limit, isNamed, isLarge, canPay, isExhausted } of changes) {
        if (limit === null) lives[by].add(bytes)
        else lives[by].addWithin(bytes, limit)
        if (isNamed) accounts[by].name(isLarge, canPay, { isExhausted, isWorkAvailable: false })
      }
      const sum = Object.values(account()).reduce((all, bytes) => all + bytes, 0)
      expect(sum).toBe(overrun())
    }),
  )
})

test.each([
  ['lateTrigger', () => {}, false, false, idle],
  ['largeObject', () => {}, true, false, idle],
  ['credit', () => {}, false, true, idle],
  ['refill', () => {}, false, false, idle],
  ['restart', () => words[control.TERMINATION_RESTARTS]++, false, true, idle],
  ['unattended', () => {}, false, true, { isExhausted: true, isWorkAvailable: false }],
  ['wantedStack', () => words[control.SCANS_WANTED]++, false, true, { isExhausted: true, isWorkAvailable: false }],
  ['mark-termination/before-stop', () => accounts[2].at('mark-termination/before-stop'), false, true, idle],
  [
    'parkedWorker',
    () => words[control.TERMINATION_ATTEMPTS]++,
    false,
    true,
    { isExhausted: false, isWorkAvailable: true },
  ],
  [
    'lock',
    () => {
      accounts[2].at('mark-termination/before-barrier')
      words[control.WORK_LOCK] = 2
    },
    false,
    true,
    idle,
  ],
] as const)('what is past the goal is named %s', (cause, bringAbout, isLarge, canPay, marking) => {
  if (cause === 'lateTrigger') {
    words[control.HEAP_LIVE] = GOAL + 100
    nameLateTrigger(memory, 0)
  } else {
    bringAbout()
    lives[0].add(GOAL + 100)
    accounts[0].name(isLarge, canPay, marking)
  }
  expect(account()).toEqual({ [cause]: 100 })
})

test('of a request that passes the goal only what lies past it is counted', () => {
  lives[0].add(900)
  accounts[0].name(false, true, idle)
  lives[1].add(300)
  accounts[1].name(false, false, idle)
  expect(account()).toEqual({ refill: 200 })
})

test('who waits in the barrier is not to blame while another is stalled', () => {
  accounts[0].at('mark-termination/in-barrier')
  accounts[1].at('mark-termination/leave')
  lives[2].add(GOAL + 50)
  accounts[2].name(false, true, idle)
  expect(account()).toEqual({ 'mark-termination/leave': 50 })
})

test('a stall that was a collection of the host’s is named so afterwards', () => {
  accounts[1].at('mark-termination/before-barrier')
  lives[0].add(GOAL + 70)
  accounts[0].name(false, true, idle)
  memory.doubles[memory.pMeasure(1, p.PLACE_SINCE)] -= 5
  hostMs = 4
  accounts[1].leave()
  expect(account()).toEqual({ hostGc: 70 })
})

test('a stretch at a place is told by its longest; one that is not over counts until the stop was asked for', () => {
  accounts[1].at('mark-termination/enter')
  memory.doubles[memory.pMeasure(1, p.PLACE_SINCE)] -= 3
  accounts[1].at('mark-termination/before-stop')
  memory.doubles[memory.measure(control.STOP_REQUESTED_AT)] = memory.doubles[memory.pMeasure(1, p.PLACE_SINCE)] + 7
  account()
  expect(gap(1)).toBeGreaterThanOrEqual(3)
  expect(gap(1 + PLACES.indexOf('mark-termination/before-stop'))).toBe(7)
})

test('the end of a mark cuts every stretch: who is still held up is to blame for nothing in the next cycle', () => {
  accounts[1].at('mark-termination/before-stop')
  account()
  resetOverrun(memory)
  memory.doubles[memory.pMeasure(1, p.PLACE_SINCE)] -= 30
  lives[0].add(GOAL + 40)
  accounts[0].name(false, true, idle)
  accounts[1].leave()
  expect(account()).toEqual({ credit: 40 })
  expect(gap(1 + PLACES.indexOf('mark-termination/before-stop'))).toBe(0)
})
