import { describe, expect, test } from 'vitest'
import { MAX_STATE_SLOTS } from '../../gc/pacer/pacer.ts'
import { Heap } from '../../heap/heap.ts'
import { layOut, MAX_ARENA_BYTES, MIN_ARENA_BYTES, PAGE_BYTES } from '../../memory/layout.ts'
import { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'

const sizes = [
  { arenaBytes: MIN_ARENA_BYTES, procs: 1 },
  { arenaBytes: MIN_ARENA_BYTES + PAGE_BYTES, procs: 3, workBuffers: 7 },
  { arenaBytes: 2 ** 30, procs: 4 },
  { arenaBytes: MAX_ARENA_BYTES, procs: 64 },
]

describe.each(sizes)('the layout of an arena of $arenaBytes bytes for $procs Ps', size => {
  const { layout, regions } = layOut(size)

  test('has regions that begin on pages of the system, do not overlap, and fill the buffer', () => {
    let end = 0
    for (const region of regions) {
      expect(region.begin % 4096, region.name).toBe(0)
      expect(region.begin - end, `gap before ${region.name}`).toBeGreaterThanOrEqual(0)
      expect(region.begin - end, `gap before ${region.name}`).toBeLessThan(4096)
      expect(region.end, region.name).toBeGreaterThan(region.begin)
      end = region.end
    }
    expect(regions[0]).toMatchObject({ name: 'control', begin: 0 })
    expect(layout.metaBytes).toBe(Math.ceil(end / 4096) * 4096)
  })

  test('gives every offset in the unit of the view that reads it', () => {
    const begins = regions.slice(1).map(region => region.begin)
    const doubles = [
      'measures',
      'pMeasures',
      'goroutineDoubles',
      'waiterDoubles',
      'cycleRecords',
      'traceEvents',
    ]
    const bytes = ['marks', 'consoleBytes']
    const counts = [
      'arenaBytes',
      'procs',
      'pages',
      'heapBytes',
      'metaBytes',
      'workBufferCount',
      'stackWords',
    ]
    const offsets = Object.entries(layout).filter(([name]) => !counts.includes(name))
    const found = offsets.map(
      ([name, at]) => at * (doubles.includes(name) ? 8 : bytes.includes(name) ? 1 : 4),
    )
    expect(found.sort((a, b) => a - b)).toEqual(begins)
  })

  test('names every page of the heap by addresses that a signed word holds', () => {
    expect(layout.heapBytes).toBe(layout.pages * PAGE_BYTES)
    expect(layout.heapBytes).toBeLessThan(2 ** 31)
    expect(layout.metaBytes).toBeLessThan(2 ** 32)
  })
})

test.each([
  [{ arenaBytes: MIN_ARENA_BYTES - PAGE_BYTES, procs: 1 }, /arena of 4186112 bytes.*from 4194304/],
  [{ arenaBytes: MIN_ARENA_BYTES + 1, procs: 1 }, /whole pages of 8192/],
  [
    { arenaBytes: MAX_ARENA_BYTES + PAGE_BYTES, procs: 1 },
    /arena of 2147483648 bytes.*to 2147475456/,
  ],
  [{ arenaBytes: Number.NaN, procs: 1 }, /arena of NaN bytes/],
  [{ arenaBytes: MIN_ARENA_BYTES, procs: 0 }, /0 Ps: must be 1 to 64/],
  [{ arenaBytes: MIN_ARENA_BYTES, procs: 65 }, /65 Ps/],
  [{ arenaBytes: MIN_ARENA_BYTES, procs: 1.5 }, /1.5 Ps/],
  [{ arenaBytes: MIN_ARENA_BYTES, procs: 1, workBuffers: 0 }, /0 work buffers/],
])('%j is refused with what is allowed', (size, message) => {
  expect(() => layOut(size)).toThrow(message)
  expect(() => layOut(size)).toThrow(RangeError)
})

test('the last page of the largest arena can be used', () => {
  const memory = Memory.reserve({ arenaBytes: MAX_ARENA_BYTES, procs: 1 })
  const heap = new Heap(memory, false)
  heap.initialize()
  expect(heap.pages.allocate(memory.layout.pages - 2)).toBe(1)
  const cache = heap.cacheOf(0)
  const spanClass = 2
  expect(cache.refill(spanClass, heap.sweepOf(0))).toBe(PAGE_BYTES)
  expect(cache.nextRun(spanClass)).toBe(true)
  let last = 0
  for (let slot = 0; slot < PAGE_BYTES / 16; slot++) last = cache.take(spanClass, 16)
  expect(last).toBe(memory.layout.heapBytes - 16)
  memory.heap[(last + 12) >>> 2] = -1
  expect(memory.heapU8[memory.layout.heapBytes - 1]).toBe(255)
  expect(cache.refill(spanClass, heap.sweepOf(0))).toBe(0)
})

/**
 * The constants of a module that are words: all but the named ones and those with one of these
 * prefixes.
 */
function wordsOf(
  module: object,
  others: readonly string[],
  prefixes: readonly string[] = [],
): [string, number][] {
  for (const name of others)
    expect(module, `${name} is excluded, but does not exist`).toHaveProperty(name)
  return Object.entries(module).filter(
    ([name]) => !others.includes(name) && !prefixes.some(prefix => name.startsWith(prefix)),
  )
}

const pick = (module: Record<string, number>, names: readonly string[]): [string, number][] =>
  names.map(name => [name, module[name]])

/** Doubles of the control module; what is neither here nor excluded below must be a word. */
const measures = [
  ...['ASSIST_WORK_PER_BYTE', 'ASSIST_BYTES_PER_WORK', 'STOP_REQUESTED_AT', 'STOPPED_AT'],
  ...['RUN_STARTED_AT', 'LAST_CYCLE_AT', 'MARK_STARTED_AT', 'FRACTIONAL_GOAL'],
  ...['SWEEP_PAGES_PER_BYTE', 'SETUP_PAUSE_MS', 'PAUSE_TOTAL_MS', 'GC_CPU_MS'],
  ...['GOAL_AT_START', 'HEAP_MARKED', 'LAST_HEAP_SCAN', 'LAST_STACK_SCAN'],
  ...['TRIGGERED', 'HARD_GOAL'],
  ...['COMMITTED_GOAL', 'SCANNABLE_AT_START', 'SWEEP_BEGAN_LIVE'],
  ...['PACER_UTILIZATION', 'EXPECTED_SCAN_WORK', 'DEDICATED_AT_START'],
  ...['LIMITER_LEVEL', 'LIMITER_UPDATED_AT', 'LIMITER_ASSISTED', 'LIMITER_IDLED', 'ARENA_HOLDS'],
  ...['PACER_STATE', 'PAUSES', 'PAUSE_ENDS', 'STATISTICS'],
]
const pMeasures = [
  ...[
    'ASSIST_MS',
    'DEDICATED_MS',
    'FRACTIONAL_MS',
    'IDLE_MS',
    'BLOCKED_MS',
    'BYTES_MARKED',
    'BYTES_BLACKENED',
  ],
  ...[
    'ALLOCATED_BYTES',
    'ALLOCATED_OBJECTS',
    'FREED_BYTES',
    'FREED_OBJECTS',
    'BARRIER_STORES',
    'BARRIER_FLUSHES',
  ],
  ...['SLICE_STARTED_AT', 'TOTAL_BLOCKED_MS', 'SCAN_REQUESTED_AT', 'TURN_STARTED_AT', 'GATE_MS'],
  ...['RAISING_SINCE', 'OVERRUN_OWED', 'PLACE_SINCE', 'PLACE_OFF_CPU', 'OVERRUN_BY'],
  ...['LONGEST_GAP', 'GAP_OFF_CPU', 'GAP_V8'],
  ...[
    'TOTAL_ASSIST_MS',
    'TOTAL_IDLE_MS',
    'IDLE_SINCE',
    'GATE_SINCE',
    'BLOCKED_SINCE',
    'COLLECTING_SINCE',
    'SWEEP_MS',
    'IDLE_SWEEP_MS',
  ],
]
const cacheEntry = ['CURSOR', 'LIMIT', 'SPAN', 'RUN_START']
const goroutineDoubles = ['ASSIST_BYTES', 'WOKEN_VALUE', 'ARGUMENTS']
const waiter = Object.keys(gWords).filter(name => /^WAITER_(?!WORDS|DOUBLES)/.test(name))
const central = ['CENTRAL_LOCK', 'CENTRAL_PARTIAL', 'CENTRAL_FULL']
const colours = ['FREE', 'WHITE', 'GREY_MARK', 'BLACK', 'QUARANTINE_NEW', 'QUARANTINE_OLD']

const sizesOf = ['WORDS', 'DOUBLES']
const controlWords = wordsOf(
  control,
  [
    ...sizesOf,
    ...measures,
    'PAGE_BIN_COUNT',
    'SLEEPER_WORDS',
    'STACK_FREE_COUNT',
    'NO_BYTES',
    'SWEEP_DRAINED',
    'IDLE_COUNT',
    'IDLE_LEFT',
    'PACER_STATE_COUNT',
    'PAUSE_RING',
    'STATISTICS_COUNT',
    'RUN_BOOTING',
    'RUN_ACTIVE',
    'RUN_FINISHED',
    'RUN_FAILED',
    'RUN_ABORTED',
  ],
  ['PHASE_', 'SHADES_'],
)
const ofP = wordsOf(
  pWords,
  [
    ...sizesOf,
    ...pMeasures,
    ...cacheEntry,
    'CACHE_WORDS',
    'SPAN_CLASSES',
    'BARRIER_PAIRS',
    'RING_SLOTS',
    'MAX_FAULT_POINTS',
    'PLACE_COUNT',
    'OVERRUN_PARTS',
    'FAULT_WORDS',
  ],
  ['POLL_', 'STATUS_', 'ROLE_', 'ACTIVITY_'],
)
const ofGoroutine = wordsOf(
  gWords,
  [
    ...sizesOf,
    ...goroutineDoubles,
    'ARGUMENTS_MAX',
    'WAIT_NONE',
    'WAIT_SEND',
    'WAIT_RECEIVE',
    'WAIT_SELECT',
    'WAIT_SLEEP',
    'WAIT_MUTEX',
    'WAIT_GROUP',
  ],
  ['G_', 'WAITER_'],
)
const spanWords = wordsOf(span, ['WORDS', ...colours], ['CENTRAL_'])

const controlRanges = {
  PAGE_BINS: control.PAGE_BIN_COUNT,
  SLEEPERS: control.SLEEPER_WORDS,
  IDLERS: control.SLEEPER_WORDS,
  STACK_FREE: control.STACK_FREE_COUNT,
}
const measureRanges = {
  PACER_STATE: control.PACER_STATE_COUNT,
  PAUSES: control.PAUSE_RING,
  PAUSE_ENDS: control.PAUSE_RING,
  STATISTICS: control.STATISTICS_COUNT,
}
const pRanges = {
  CACHE: pWords.SPAN_CLASSES * pWords.CACHE_WORDS,
  BARRIER: 2 * pWords.BARRIER_PAIRS,
  RING: pWords.RING_SLOTS,
  FAULT_COUNTS: pWords.FAULT_WORDS * pWords.MAX_FAULT_POINTS,
}
const pMeasureRanges = {
  OVERRUN_BY: pWords.OVERRUN_PARTS,
  LONGEST_GAP: pWords.PLACE_COUNT,
  GAP_OFF_CPU: pWords.PLACE_COUNT,
  GAP_V8: pWords.PLACE_COUNT,
}

test.each<[string, [string, number][], number, Record<string, number>]>([
  ['control words', controlWords, control.WORDS, controlRanges],
  ['measures', pick(control, measures), control.DOUBLES, measureRanges],
  ['words of a P', ofP, pWords.WORDS, pRanges],
  ['doubles of a P', pick(pWords, pMeasures), pWords.DOUBLES, pMeasureRanges],
  ['words of a cache entry', pick(pWords, cacheEntry), pWords.CACHE_WORDS, {}],
  ['words of a goroutine', ofGoroutine, gWords.WORDS, {}],
  [
    'doubles of a goroutine',
    pick(gWords, goroutineDoubles),
    gWords.DOUBLES,
    { ARGUMENTS: gWords.ARGUMENTS_MAX },
  ],
  ['words of a wait record', pick(gWords, waiter), gWords.WAITER_WORDS, {}],
  ['words of a span', spanWords, span.WORDS, {}],
  [
    'words of a central list',
    pick(span, central),
    span.CENTRAL_WORDS,
    { CENTRAL_PARTIAL: 2, CENTRAL_FULL: 2 },
  ],
])('%s lie apart, and within their record', (_, words, size, ranges) => {
  const owners = new Map<number, string>()
  expect(words.length).toBeGreaterThan(2)
  for (const [name, begin] of words) {
    for (let word = begin; word < begin + (ranges[name] ?? 1); word++) {
      expect(owners.get(word), `word ${word} of ${name} belongs to another`).toBeUndefined()
      owners.set(word, name)
    }
  }
  expect(Math.max(...owners.keys())).toBeLessThan(size)
  expect(Math.min(...owners.keys())).toBeGreaterThanOrEqual(0)
  for (const name of Object.keys(ranges)) expect(words.map(([name]) => name)).toContain(name)
})

test('the room for a pacer’s state holds as many slots as a pacer may name', () => {
  expect(control.PACER_STATE_COUNT).toBe(MAX_STATE_SLOTS)
})

test('the marks of an object are different bytes', () => {
  expect(new Set(pick(span, colours).map(([value]) => value)).size).toBe(colours.length)
})
