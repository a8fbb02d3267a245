import { expect, test } from 'vitest'
import * as control from '../../heap/layout/control.ts'
import { GRANULE_SHIFT } from '../../heap/layout/layout.ts'
import * as p from '../../heap/layout/p.ts'
import * as span from '../../heap/layout/span.ts'
import type { Addr } from '../../heap/memory.ts'
import { verifyHeap } from '../../verify/verify-heap.ts'
import { type HandP, HandWorld } from '../support/hand-world.ts'

/** A sound world: small objects, some of them garbage, a large one, a parked goroutine and a running one. */
function someWorld(): { world: HandWorld; only: HandP; x: Addr } {
  const world = new HandWorld({ procs: 1, globals: 2 })
  const [only] = world.ps
  const Pair = world.type(2)
  only.spawn()
  only.keep(only.make(Pair))
  only.parkHere()
  only.spawn()
  const x = only.make(Pair, [0, only.make(Pair)])
  only.setGlobal(0, x)
  only.setGlobal(1, only.makeArray(20_000))
  for (let count = 0; count < 1000; count++) only.make(Pair)
  return { world, only, x }
}

type Break = (words: Int32Array, at: ReturnType<typeof someWorld>, spanWord: (word: number) => number) => void

/** What is broken, and what the verifier says. */
const BROKEN: Record<string, [Break, RegExp]> = {
  'the count of pages in use': [words => words[control.PAGES_IN_USE]++, /PAGES_IN_USE against the pages of spans/],
  'the end of the pages': [words => words[control.PAGES_END]--, /beyond PAGES_END/],
  'a page of a large span': [
    (words, { world }) => words[world.memory.layout.pageSpan + (words[world.global(1)] >>> 13) + 1]++,
    /page \d+ of span \d+ names span/,
  ],
  'the length at the end of a free run': [
    (words, { world }) => words[world.memory.layout.pageRun + world.memory.layout.pages - 1]--,
    /the length at the end of the free run/,
  ],
  'the head of a bin': [
    words => words.fill(0, control.PAGE_BINS, control.PAGE_BINS + control.PAGE_BIN_COUNT),
    /the free run at page \d+ is in no bin/,
  ],
  'the slot bytes of a span': [
    (words, _, at) => (words[at(span.SLOT_BYTES)] += 16),
    /span \d+: slot bytes: 32, must be 16/,
  ],
  'the slots of a span': [(words, _, at) => words[at(span.SLOTS)]--, /span \d+: slots: \d+, must be/],
  'the class of a span': [(words, _, at) => (words[at(span.CLASS)] += 2), /span \d+: class, in/],
  'the sweep generation of a span': [(words, _, at) => words[at(span.SWEEP_GENERATION)]++, /sweep generation, in/],
  'the count of slots allocated': [(words, _, at) => words[at(span.ALLOCATED)]--, /slots allocated/],
  'the count of slots in quarantine': [
    (words, _, at) => words[at(span.QUARANTINED)]++,
    /slots in quarantine: 1, must be 0/,
  ],
  'where the search goes on': [(words, _, at) => (words[at(span.FREE_FROM)] += 16), /FREE_FROM/],
  'the flag of a span': [
    (words, _, at) => (words[at(span.GREY)] = 1),
    /GREY_SPANS against flagged spans: 0, must be 1/,
  ],
  'the count of flagged spans': [
    words => words[control.GREY_SPANS]++,
    /GREY_SPANS against flagged spans: 1, must be 0/,
  ],
  'a black object while nothing marks': [(_, { world, x }) => world.paint(x, span.BLACK), /holds 1 black objects/],
  'a grey object while nothing marks': [
    (_, { world, x }) => world.paint(x, span.GREY_MARK),
    /1 grey objects and is not flagged/,
  ],
  'no object where one was': [(_, { world, x }) => world.paint(x, span.FREE), /bytes allocated − freed/],
  'a mark in the middle of a large object': [
    (words, { world }) => (world.memory.marks[(words[world.global(1)] >>> GRANULE_SHIFT) + 7] = span.WHITE),
    /where no slot begins/,
  ],
  'a mark in a free page': [
    (words, { world }) => {
      words[control.PAGES_END]++
      world.memory.marks[(((words[control.PAGES_END] - 1) << 13) >>> GRANULE_SHIFT) + 1] = span.WHITE
    },
    /in the free run at page/,
  ],
  'the live heap': [words => (words[control.HEAP_LIVE] += 16), /HEAP_LIVE against the slots of swept spans/],
  'the sum of what was allocated': [
    (_, { world }) => (world.memory.doubles[world.memory.pMeasure(0, p.ALLOCATED_BYTES)] += 16),
    /bytes allocated − freed, by all Ps/,
  ],
  'a span in no cache': [
    (words, { world }) =>
      words.fill(0, world.memory.p(0, p.CACHE), world.memory.p(0, p.CACHE) + p.SPAN_CLASSES * p.CACHE_WORDS),
    /is in no list and no cache/,
  ],
}

test.each(Object.keys(BROKEN))('finds %s broken', name => {
  const at = someWorld()
  const { world, x } = at
  verifyHeap(world.memory, 'before')
  const [broken, message] = BROKEN[name]
  broken(world.words, at, word => world.ps[0].heap.spans.word(world.ps[0].heap.spans.of(x), word))
  expect(() => verifyHeap(world.memory, 'after')).toThrow(message)
})

test('a heap is sound at each step of a cycle', () => {
  const { world, only } = someWorld()
  world.startMark(only)
  verifyHeap(world.memory, 'marking')
  world.finishMark(only)
  verifyHeap(world.memory, 'marked')
  while (only.collector.sweeper.sweepOne()) verifyHeap(world.memory, 'sweeping')
  verifyHeap(world.memory, 'swept')
})

test('in the middle of a mark, a white object that a black one alone refers to will be lost', () => {
  const { world, only, x } = someWorld()
  world.startMark(only)
  verifyHeap(world.memory, 'before')
  const child = only.load(only.field(x, 1))
  while (only.collector.roots.scanNext(false) >= 0);
  only.scanGrey()
  only.collector.publish()
  verifyHeap(world.memory, 'scanned')
  world.paint(child, span.WHITE)
  expect(() => verifyHeap(world.memory, 'lost')).toThrow(`black object ${x} refers to ${child}, which is white`)
})
