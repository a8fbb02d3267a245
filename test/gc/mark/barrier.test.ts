import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BarrierKind, WriteBarrier } from '../../../gc/mark/barrier.ts'
import { GreyQueue } from '../../../gc/mark/grey-queue.ts'
import { Marker, type MarkKind } from '../../../gc/mark/marker.ts'
import { WorkBuffers } from '../../../gc/mark/work-buffers.ts'
import { headerOf } from '../../../heap/object.ts'
import type { Addr } from '../../../memory/kinds.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import { HandHeap } from '../../support/heap.ts'

/** The type of all objects here: two references, in a slot of 16 bytes. */
const NODE = 1

/** One P with a barrier, its marker, and some objects of two references. */
class Hand extends HandHeap {
  readonly queue = new GreyQueue(this.memory, new WorkBuffers(this.memory))
  readonly marker: Marker
  readonly barrier: WriteBarrier

  constructor(barrier: BarrierKind, marks: MarkKind = 'plain') {
    super()
    this.marker = new Marker(this.memory, this.heap.spans, this.queue, true, marks)
    this.barrier = new WriteBarrier(this.memory, 0, this.marker, barrier)
    this.meta[this.memory.layout.typeSlots + NODE] = 16
  }

  node(): Addr {
    const at = this.allocate(16)
    this.memory.heap[at >>> 2] = headerOf(NODE, 2)
    return at
  }

  nodes(count: number): Addr[] {
    return Array.from({ length: count }, () => this.node())
  }

  turnOn(): void {
    this.meta[control.WRITE_BARRIER] = 1
  }

  /** Word of reference 1 or 2 of a node. */
  field(node: Addr, index: number): number {
    return (node >>> 2) + index
  }

  coloursOf(objects: readonly Addr[]): string {
    return objects
      .map(object => ['free', 'white', 'grey', 'black'][this.colourOf(object)])
      .join(' ')
  }
}

const kinds: readonly BarrierKind[] = ['plain', 'atomic']

describe.each(kinds)('the %s barrier', kind => {
  test('off, it stores and records nothing', () => {
    const hand = new Hand(kind)
    const [a, b] = hand.nodes(2)
    hand.barrier.write(hand.field(a, 1), b)
    hand.barrier.writeMeta(hand.memory.layout.globals, a)
    hand.barrier.shade(b)
    expect([hand.memory.heap[hand.field(a, 1)], hand.meta[hand.memory.layout.globals]]).toEqual([
      b,
      a,
    ])
    expect(hand.barrier.isPending).toBe(false)
    hand.barrier.flush()
    expect(hand.coloursOf([a, b])).toBe('white white')
  })

  test.each(['the heap', 'the meta buffer'])(
    'on, a store to %s shades what it overwrites and what it writes',
    where => {
      const hand = new Hand(kind)
      const [holder, before, after, other] = hand.nodes(4)
      const { meta, memory, barrier } = hand
      const [view, word]: [{ [index: number]: number }, number] =
        where === 'the heap' ? [memory.heap, hand.field(holder, 1)] : [meta, memory.layout.globals]
      view[word] = before
      hand.turnOn()
      if (where === 'the heap') barrier.write(word, after)
      else barrier.writeMeta(word, after)
      expect(view[word]).toBe(after)
      expect(barrier.isPending).toBe(true)
      expect(hand.coloursOf([holder, before, after, other])).toBe('white white white white')
      barrier.flush()
      expect(barrier.isPending).toBe(false)
      expect(hand.coloursOf([holder, before, after, other])).toBe('white black black white')
      expect(new Set([hand.queue.take(), hand.queue.take(), hand.queue.take()])).toEqual(
        new Set([before, after, 0]),
      )
    },
  )

  test('a value that moves without a store is shaded by itself, and nil is no object', () => {
    const hand = new Hand(kind)
    const [a, b] = hand.nodes(2)
    hand.turnOn()
    hand.barrier.shade(a)
    hand.barrier.write(hand.field(b, 1), 0)
    hand.barrier.flush()
    expect(hand.coloursOf([a, b])).toBe('black white')
  })

  test.each(['empty', 'full'])(
    'a store that overflows the stack has not happened, the buffer %s',
    fill => {
      const hand = new Hand(kind)
      const { heap } = hand.memory
      const [holder, before, after] = hand.nodes(3)
      const word = hand.field(holder, 1)
      hand.turnOn()
      let [failures, successes] = [0, 0]
      /** One store, in this state of the buffer. */
      const store = (): boolean => {
        try {
          hand.barrier.write(word, after)
          return true
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
          return false
        }
      }
      const reset = (): void => {
        hand.barrier.flush()
        heap[word] = before
        if (fill === 'full')
          for (let pair = 0; pair < pWords.BARRIER_PAIRS; pair++) hand.barrier.shade(holder)
      }
      /** Stores from the end of the stack upwards, until it succeeds. */
      const fromTheEnd = (): boolean => {
        let isDone = false
        try {
          isDone = fromTheEnd()
        } catch (error) {
          if (!(error instanceof RangeError)) throw error
        }
        if (isDone || store()) return true
        failures++
        isUnstored &&= heap[word] === before
        return false
      }
      let isUnstored = true
      // The number of arguments moves the end of the stack by words.
      for (let words = 0; words < 100; words++) {
        reset()
        Reflect.apply(fromTheEnd, undefined, new Array(words).fill(0))
        successes += Number(heap[word] === after && hand.barrier.isPending)
      }
      expect(isUnstored).toBe(true)
      expect(successes).toBe(100)
      expect(failures).toBeGreaterThan(0)
    },
  )

  test('a full buffer is flushed before the store whose pair would not fit', () => {
    const hand = new Hand(kind)
    const objects = hand.nodes(2 * pWords.BARRIER_PAIRS + 2)
    const word = hand.memory.layout.globals
    const black = (): number =>
      objects.filter(object => hand.colourOf(object) === span.BLACK).length
    hand.turnOn()
    for (let pair = 0; pair < pWords.BARRIER_PAIRS; pair++) {
      hand.meta[word] = objects[2 * pair]
      hand.barrier.writeMeta(word, objects[2 * pair + 1])
    }
    expect([black(), hand.measure(pWords.BARRIER_FLUSHES)]).toEqual([0, 0])
    hand.meta[word] = objects[2 * pWords.BARRIER_PAIRS]
    hand.barrier.writeMeta(word, objects[2 * pWords.BARRIER_PAIRS + 1])
    expect(black()).toBe(2 * pWords.BARRIER_PAIRS)
    expect([hand.measure(pWords.BARRIER_FLUSHES), hand.measure(pWords.BARRIER_STORES)]).toEqual([
      1,
      pWords.BARRIER_PAIRS,
    ])
    expect(hand.meta[hand.memory.pWord(0, pWords.BARRIER_COUNT)]).toBe(2)
    hand.barrier.flush()
    hand.barrier.flush()
    expect([hand.measure(pWords.BARRIER_FLUSHES), hand.measure(pWords.BARRIER_STORES)]).toEqual([
      2,
      pWords.BARRIER_PAIRS + 1,
    ])
    expect(black()).toBe(objects.length)
  })
})

test('the buffers of two Ps are apart', () => {
  const hand = new HandHeap({ procs: 2 })
  const marker = new Marker(
    hand.memory,
    hand.heap.spans,
    new GreyQueue(hand.memory, new WorkBuffers(hand.memory)),
    false,
    'plain',
  )
  const barriers = [0, 1].map(index => new WriteBarrier(hand.memory, index, marker, 'atomic'))
  hand.meta[control.WRITE_BARRIER] = 1
  barriers[0].shade(hand.allocate(16))
  expect(barriers.map(barrier => barrier.isPending)).toEqual([true, false])
})

const LOCALS = 4
const local = fc.nat(LOCALS - 1)
const field = fc.constantFrom(1, 2)
const mutation = fc.oneof(
  fc.record({ do: fc.constant('load' as const), to: local, from: local, field }),
  fc.record({ do: fc.constant('store' as const), to: local, from: local, field }),
  fc.record({ do: fc.constantFrom('drop' as const, 'allocate' as const), to: local }),
  fc.record({ do: fc.constantFrom('scan' as const, 'flush' as const, 'scanStack' as const) }),
)

test.each([
  ['atomic', 'plain'],
  ['plain', 'plain'],
  ['atomic', 'atomic'],
  ['plain', 'atomic'],
] as const)(
  'whatever the program does while marking goes on, no reachable object is white at its end (barrier %s, marks %s)',
  (barrier, marks) => {
    const edges = fc.array(fc.tuple(fc.nat(7), field, fc.nat(7)), { maxLength: 14 })
    fc.assert(
      fc.property(edges, fc.array(mutation, { maxLength: 60 }), (graph, program) => {
        const hand = new Hand(barrier, marks)
        const { heap } = hand.memory
        const nodes = hand.nodes(8)
        for (const [from, index, to] of graph) heap[hand.field(nodes[from], index)] = nodes[to]
        const locals: Addr[] = nodes.slice(0, LOCALS)
        let isStackScanned = false
        const scanStack = (): void => {
          if (!isStackScanned)
            for (const object of locals) if (object !== 0) hand.marker.shade(object)
          isStackScanned = true
        }
        hand.meta[control.PHASE] = control.PHASE_MARK
        hand.caches[0].blacken()
        hand.turnOn()
        for (const step of program) {
          if (step.do === 'scanStack') scanStack()
          else if (step.do === 'flush') hand.barrier.flush()
          else if (step.do === 'scan') hand.marker.scanSome(1)
          else if (step.do === 'drop') locals[step.to] = 0
          else if (step.do === 'allocate') locals[step.to] = hand.node()
          else if (step.do === 'load' && locals[step.from] !== 0) {
            locals[step.to] = heap[hand.field(locals[step.from], step.field)]
          } else if (step.do === 'store' && locals[step.to] !== 0) {
            hand.barrier.write(hand.field(locals[step.to], step.field), locals[step.from])
          }
        }
        scanStack()
        hand.barrier.flush()
        hand.marker.scanSome(Number.POSITIVE_INFINITY)
        const reachable = new Set(locals.filter(object => object !== 0))
        for (const node of reachable)
          for (const index of [1, 2]) reachable.add(heap[hand.field(node, index)] || node)
        for (const node of reachable) expect(hand.colourOf(node)).toBe(span.BLACK)
      }),
      { numRuns: 500 },
    )
  },
)
