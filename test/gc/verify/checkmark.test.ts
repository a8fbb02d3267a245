import { expect, test } from 'vitest'
import { BreachError } from '../../../gc/verify/breach.ts'
import { Checkmark } from '../../../gc/verify/checkmark.ts'
import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import type { Addr } from '../../../memory/kinds.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import * as span from '../../../memory/words/span.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

/** Ways that an object may be reached from a root, and how checkmark names the last step. */
const PATHS: Record<string, (world: HandWorld, only: HandP, x: Addr) => string | RegExp> = {
  'a global': (_world, only, x) => {
    only.setGlobal(1, x)
    return 'global slot 1'
  },
  "a running goroutine's stack": (_world, only, x) => {
    only.spawn()
    only.keep(0)
    only.keep(x)
    return "slot 1 of goroutine 1's stack"
  },
  "a parked goroutine's stack": (_world, only, x) => {
    only.spawn()
    only.keep(x)
    only.parkHere()
    return "slot 0 of goroutine 1's stack"
  },
  'a field': (world, only, x) => {
    const Pair = world.type(2)
    only.setGlobal(0, only.make(Pair, [0, x]))
    return new RegExp(`the object at \\d+ \\(type ${Pair.id}\\)`)
  },
  'the last element of an array': (_world, only, x) => {
    const array = only.makeArray(50_000)
    only.setGlobal(0, array)
    only.store(only.element(array, 49_999), x)
    return `the object at ${array}`
  },
}

function withPath(name: string): {
  world: HandWorld
  only: HandP
  x: Addr
  source: string | RegExp
} {
  const world = new HandWorld({ procs: 1, globals: 2 })
  const [only] = world.ps
  const x = only.make(world.type(0), [], 42)
  return { world, only, x, source: PATHS[name](world, only, x) }
}

test.each(Object.keys(PATHS))(
  'an object that is reached by %s and was not marked is lost',
  name => {
    const { world, only, x, source } = withPath(name)
    world.startMark(only)
    only.collector.drain.drainForCredit(() => false)
    expect(world.colourOf(x)).toBe(span.BLACK)
    world.paint(x, span.WHITE)
    only.collector.publish()
    const verify = (): number => new Checkmark(world.memory, only.heap.spans).verify()
    expect(verify).toThrow(source)
    expect(verify).toThrow(`refers to ${x} (type 2), which was not marked: the mark lost an object`)
    expect(() => only.collector.endOfMark.drained()).toThrow(BreachError)
  },
)

test.each(Object.keys(PATHS))('an object that is reached by %s and was marked is fine', name => {
  const { world, only, x } = withPath(name)
  world.collect(only)
  expect(world.colourOf(x)).toBe(span.WHITE)
})

test('a reference to a slot that was freed is stale', () => {
  const world = new HandWorld({ procs: 1, globals: 2 })
  const [only] = world.ps
  const Node = world.type(0)
  only.setGlobal(1, only.make(Node))
  const x = only.make(Node)
  world.startMark(only)
  world.finishMark(only)
  only.collector.sweeper.finish()
  expect(world.colourOf(x)).toBe(span.FREE)
  only.setGlobal(0, x)
  expect(() => world.collect(only)).toThrow(
    `checkmark: global slot 0 refers to ${x} (type 2), which is no object (mark byte 0): the reference is stale`,
  )
})

test('it counts what is reachable, once, in slots; garbage, cycles and dead goroutines do not disturb it', () => {
  const world = new HandWorld({ procs: 1, globals: 2 })
  const [only] = world.ps
  const Node = world.type(2)
  const dead = only.spawn()
  only.keep(only.make(Node))
  only.parkHere()
  const a = only.make(Node)
  const b = only.make(Node, [a, a])
  only.store(only.field(a), b)
  only.setGlobal(0, a)
  only.setGlobal(1, b)
  world.stop(only, STOP_FORCED_CYCLE)
  for (const object of [a, b]) world.paint(object, span.BLACK)
  world.meta[world.memory.goroutineWord(dead, gWords.STATUS)] = gWords.G_DEAD
  const checkmark = new Checkmark(world.memory, only.heap.spans)
  const marks = world.memory.marks.slice()
  expect(checkmark.verify()).toBe(32)
  expect(checkmark.verify()).toBe(32)
  expect(Buffer.compare(marks, world.memory.marks.slice())).toBe(0)
})

test('it runs in every termination stop if it is asked for, and only then', () => {
  for (const checkmark of [true, false]) {
    const world = new HandWorld({ procs: 1, globals: 1, checkmark })
    const [only] = world.ps
    const x = only.make(world.type(0))
    only.setGlobal(0, x)
    world.startMark(only)
    only.collector.drain.drainForCredit(() => false)
    world.paint(x, span.WHITE)
    const end = (): void => only.collector.endOfMark.drained()
    if (checkmark) expect(end).toThrow(BreachError)
    else expect(end).not.toThrow()
  }
})

test('the bytes that it counts stand in the record of the cycle', () => {
  const world = new HandWorld({ procs: 1, globals: 1 })
  const [only] = world.ps
  only.setGlobal(0, only.make(world.type(1), [only.make(world.type(30))]))
  expect(world.collect(only)).toMatchObject({
    checkedBytes: 16 + 128,
    heapMarked: 16 + 128,
    sweptMarkedBytes: 16 + 128,
  })
})
