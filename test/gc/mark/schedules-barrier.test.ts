// The write barrier, by written schedules: P 0 runs a goroutine, P 1 marks. Each schedule hides an
// object from the marker. Its steps are numbered, and are the same on every run. With a plain store
// the schedule must lose the object, or it would prove nothing.

import { expect, test } from 'vitest'
import type { BarrierKind } from '../../../gc/mark/barrier.ts'
import { BreachError } from '../../../gc/verify/breach.ts'
import type { Addr } from '../../../memory/kinds.ts'
import * as pWords from '../../../memory/words/p.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

const kinds: readonly BarrierKind[] = ['plain', 'atomic']

type Store = (mutator: HandP, word: number, value: Addr) => void

const shading: Store = (mutator, word, value) => mutator.store(word, value)
const plain: Store = (mutator, word, value) => {
  mutator.memory.heap[word] = value
}

/**
 * The last path to x goes from the heap to a stack that is black.
 *
 *   0  global → a → x; goroutine 1 runs on P 0
 *   1  setup stop
 *   2  P 1  scans the globals: a is grey
 *   3  P 1  asks for goroutine 1's stack; P 0 scans it at its safepoint: it is empty, and black
 *   4  P 0  loads x from a.f and keeps it
 *   5  P 0  a.f = nil
 *   6  P 1  scans a, finds nil, and ends the mark
 */
function hideBehindBlackStack(store: Store, barrier: BarrierKind): number {
  const world = new HandWorld({ globals: 1, barrier })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  const goroutine = mutator.spawn()
  const x = mutator.make(Node, [0], 42)
  const a = mutator.make(Node, [x])
  mutator.setGlobal(0, a)
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  marker.scanRoot() //                                          3
  mutator.safepoint()
  expect(world.isScanned(goroutine)).toBe(true)
  mutator.keep(mutator.load(mutator.field(a))) //               4
  store(mutator, mutator.field(a), 0) //                        5
  world.finishCycle(marker) //                                  6
  return mutator.numberOf(x, Node)
}

test.each(kinds)(
  'deletion shade: an object that leaves the heap for a black stack is not lost (%s)',
  barrier => {
    expect(hideBehindBlackStack(shading, barrier)).toBe(42)
    expect(() => hideBehindBlackStack(plain, barrier)).toThrow(BreachError)
    expect(() => hideBehindBlackStack(plain, barrier)).toThrow(
      /slot 0 of goroutine 1's stack refers to .* was not marked/,
    )
  },
)

/**
 * The only copy of x goes from a stack that is grey to an object that is black.
 *
 *   0  global → b; goroutine 1 runs on P 0 and keeps x, which was never stored in the heap
 *   1  setup stop
 *   2  P 1  scans the globals, then b: black
 *   3  P 0  b.f = x
 *   4  P 0  drops x
 *   5  P 1  asks for goroutine 1's stack; P 0 scans it: x is not there any more
 *   6  P 1  ends the mark
 */
function hideInBlackObject(store: Store, barrier: BarrierKind): number {
  const world = new HandWorld({ globals: 1, barrier })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  const goroutine = mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [0], 42))
  const b = mutator.make(Node)
  mutator.setGlobal(0, b)
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  marker.scanGrey()
  store(mutator, mutator.field(b), x) //                        3
  mutator.drop() //                                             4
  marker.scanRoot() //                                          5
  mutator.safepoint()
  expect(world.isScanned(goroutine)).toBe(true)
  world.finishCycle(marker) //                                  6
  return mutator.numberOf(x, Node)
}

test.each(kinds)(
  'insertion shade: an object that leaves a grey stack for a black object is not lost (%s)',
  barrier => {
    expect(hideInBlackObject(shading, barrier)).toBe(42)
    expect(() => hideInBlackObject(plain, barrier)).toThrow(BreachError)
    expect(() => hideInBlackObject(plain, barrier)).toThrow(
      /the object at .* refers to .* was not marked/,
    )
  },
)

/**
 * The same with a global, which is black once its root job is done.
 *
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 1  scans the globals
 *   3  P 0  global = x; drops x
 *   4  P 1  asks for goroutine 1's stack; P 0 scans it: x is not there any more
 *   5  P 1  ends the mark
 */
function hideInGlobal(
  setGlobal: (mutator: HandP, world: HandWorld, value: Addr) => void,
  barrier: BarrierKind,
): number {
  const world = new HandWorld({ globals: 1, barrier })
  const [mutator, marker] = world.ps
  const Node = world.type(1)
  mutator.spawn()
  const x = mutator.keep(mutator.make(Node, [0], 42))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  setGlobal(mutator, world, x) //                               3
  mutator.drop()
  marker.scanRoot() //                                          4
  mutator.safepoint()
  world.finishCycle(marker) //                                  5
  return mutator.numberOf(x, Node)
}

test.each(kinds)(
  'insertion shade: an object that leaves a grey stack for a global is not lost (%s)',
  barrier => {
    expect(hideInGlobal((mutator, _world, value) => mutator.setGlobal(0, value), barrier)).toBe(42)
    const plainly = (mutator: HandP, world: HandWorld, value: Addr): void => {
      mutator.memory.meta[world.global(0)] = value
    }
    expect(() => hideInGlobal(plainly, barrier)).toThrow(
      /global slot 0 refers to .* was not marked/,
    )
  },
)

/**
 * A new object is black and is never scanned. So what its constructor stores in it needs the
 * insertion shade.
 *
 *   0  goroutine 1 runs on P 0 and keeps x
 *   1  setup stop
 *   2  P 0  makes n with n.f = x, drops x and keeps n
 *   3  P 1  asks for goroutine 1's stack; P 0 scans it: n is black already, and x is no longer
 *           there
 *   4  P 1  ends the mark
 */
test.each(kinds)(
  'insertion shade: what a constructor stores in a new object is not lost (%s)',
  barrier => {
    const world = new HandWorld({ barrier })
    const [mutator, marker] = world.ps
    const Node = world.type(1)
    const goroutine = mutator.spawn()
    const x = mutator.keep(mutator.make(Node, [0], 42))
    world.startMark(marker) //                                    1
    const n = mutator.make(Node, [x]) //                          2
    mutator.drop()
    mutator.keep(n)
    marker.scanRoot() //                                          3
    mutator.safepoint()
    expect(world.isScanned(goroutine)).toBe(true)
    world.finishCycle(marker) //                                  4
    expect(mutator.load(mutator.field(n))).toBe(x)
    expect(mutator.numberOf(x, Node)).toBe(42)
  },
)

/**
 * More shades than the buffer holds, before anybody carries one out.
 *
 *   0  global → an array of 600 objects; goroutine 1 runs on P 0
 *   1  setup stop
 *   2  P 1  scans the globals: the array is grey. Goroutine 1's stack is scanned: black
 *   3  P 0  moves every element to its stack, the last ones first
 *   4  P 1  scans the array, which is empty, and ends the mark
 */
test.each(kinds)('a full barrier buffer is carried out, not written over (%s)', barrier => {
  const world = new HandWorld({ globals: 1, barrier })
  const [mutator, marker] = world.ps
  const Node = world.type(0)
  mutator.spawn()
  const count = 2 * pWords.BARRIER_PAIRS + 88
  const array = mutator.makeArray(count)
  mutator.setGlobal(0, array)
  for (let index = 0; index < count; index++)
    mutator.store(mutator.element(array, index), mutator.make(Node, [], 1000 + index))
  world.startMark(marker) //                                    1
  marker.scanRoot() //                                          2
  marker.scanRoot()
  mutator.safepoint()
  for (let index = count - 1; index >= 0; index--) {
    const word = mutator.element(array, index) //               3
    mutator.keep(mutator.load(word))
    mutator.store(word, 0)
  }
  world.finishCycle(marker) //                                  4
  for (let index = 0; index < count; index++) {
    const object = mutator.collector.stack.meta[mutator.collector.stack.base + count - 1 - index]
    expect(mutator.numberOf(object, Node)).toBe(1000 + index)
  }
})
