// Breaches of the tri-colour invariant in the middle of a mark, each written down step by step.
// Each is found at once, and not at the end of the mark.

import { describe, expect, test } from 'vitest'
import { STOP_FORCED_CYCLE, STOP_VERIFY } from '../../../gc/world.ts'
import type { Addr, GoroutineId } from '../../../memory/kinds.ts'
import { OBLET_BYTES, WORK_BUFFER_COUNT } from '../../../memory/layout.ts'
import { MiB } from '../../../memory/units.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

const UNSAFE = 'which is white and reachable from nothing grey'

interface Scene {
  readonly world: HandWorld
  readonly holder: HandP
  readonly marker: HandP
  /** Hangs from a global. */
  readonly a: Addr
  /** Is on the stack of P 0’s goroutine. */
  readonly x: Addr
  /** Hangs from x. */
  readonly y: Addr
}

/** The mark has begun, and nothing is scanned. */
function begin(): Scene {
  const world = new HandWorld({ procs: 2, globals: 2 })
  const [holder, marker] = world.ps
  const Node = world.type(2)
  const a = holder.make(Node)
  holder.setGlobal(0, a)
  holder.spawn()
  const y = holder.make(Node)
  const x = holder.keep(holder.make(Node, [y]))
  world.stop(marker, STOP_FORCED_CYCLE)
  return { world, holder, marker, a, x, y }
}

/** As far as the globals: a is black, the stack is not scanned. */
function scanGlobals(scene: Scene): void {
  scene.marker.scanRoot()
  scene.marker.scanGrey()
  expect(scene.world.colourOf(scene.a)).toBe(span.BLACK)
  expect(scene.world.colourOf(scene.x)).toBe(span.WHITE)
}

const verify =
  ({ world, marker }: Scene) =>
  (): void =>
    world.stop(marker, STOP_VERIFY)

describe('a black object gets a white one', () => {
  test('without the barrier, and the stack that held it lets go of it', () => {
    const scene = begin()
    const { world, holder, a, x } = scene
    scanGlobals(scene)
    world.memory.heap[holder.field(a)] = x
    expect(verify(scene)).not.toThrow()
    holder.drop()
    expect(verify(scene)).toThrow(
      `the black object at ${a} (type 2) refers to ${x} (type 2), ${UNSAFE}`,
    )
  })

  test('with the barrier: the pair that waits is grey, and what hangs from it is safe too', () => {
    const scene = begin()
    const { world, holder, a, x, y } = scene
    scanGlobals(scene)
    holder.store(holder.field(a), x)
    world.memory.heap[holder.field(a, 1)] = y
    holder.drop()
    expect(verify(scene)).not.toThrow()
    world.meta[world.memory.pWord(0, pWords.BARRIER_COUNT)] = 0
    expect(verify(scene)).toThrow(UNSAFE)
  })

  test('which hangs from a grey mark byte', () => {
    const scene = begin()
    const { world, holder, a, x, y } = scene
    scanGlobals(scene)
    holder.drop()
    world.paint(x, span.GREY_MARK)
    const id = holder.heap.spans.of(x)
    holder.heap.spans.write(id, span.GREY, 1)
    world.meta[control.GREY_SPANS] = 1
    world.memory.heap[holder.field(a)] = y
    expect(verify(scene)).not.toThrow()
    world.paint(x, span.BLACK)
    expect(verify(scene)).toThrow(`the black object at ${x} (type 2) refers to ${y}`)
  })
})

describe('a scanned root', () => {
  test('a stack loses the last grey path to what it has loaded', () => {
    const scene = begin()
    const { world, holder, marker, x, y } = scene
    marker.scanRoot()
    marker.scanGrey()
    // Its own P scans the stack, and x waits in a work buffer when y is loaded from it.
    holder.scanRoot()
    holder.keep(holder.load(holder.field(x)))
    expect(verify(scene)).not.toThrow()
    world.memory.heap[holder.field(x)] = 0
    expect(verify(scene)).toThrow(
      `slot 1 of goroutine 1’s stack, which was scanned, refers to ${y} (type 2), ${UNSAFE}`,
    )
  })

  test('a global', () => {
    const scene = begin()
    const { world, holder, x } = scene
    scanGlobals(scene)
    world.meta[world.global(1)] = x
    holder.drop()
    expect(verify(scene)).toThrow(
      `global slot 1, which was scanned, refers to ${x} (type 2), ${UNSAFE}`,
    )
  })

  test('a stack whose job was taken, and which nobody has scanned or will scan', () => {
    const scene = begin()
    scanGlobals(scene)
    scene.world.meta[control.ROOT_NEXT]++
    expect(verify(scene)).toThrow(
      `slot 0 of goroutine 1’s stack, which was scanned, refers to ${scene.x}`,
    )
  })

  test('a stack that its P has been asked to scan is grey', () => {
    const scene = begin()
    scene.marker.scanRoot()
    scene.marker.scanRoot()
    expect(scene.world.isScanned(1 as GoroutineId)).toBe(false)
    expect(verify(scene)).not.toThrow()
  })
})

test('a work buffer is lost', () => {
  const scene = begin()
  const { world, marker, holder, x, y } = scene
  holder.scanRoot()
  holder.scanRoot()
  world.stop(marker, STOP_VERIFY)
  expect(world.colourOf(x)).toBe(span.BLACK)
  const buffer = world.meta[control.WORK_FULL]
  world.meta[buffer + WORK_BUFFER_COUNT] = 1
  expect(verify(scene)).toThrow(UNSAFE)
  expect(y).not.toBe(0)
})

test('a piece of an array that waits is grey; one that is lost is found', () => {
  const world = new HandWorld({ procs: 1, globals: 1 })
  const [only] = world.ps
  const array = only.makeArray(OBLET_BYTES / 2)
  const x = only.make(world.type(0))
  only.setGlobal(0, array)
  only.store(only.element(array, OBLET_BYTES / 2 - 1), x)
  world.stop(only, STOP_FORCED_CYCLE)
  only.scanRoot()
  only.collector.marker.scanSome(1)
  expect(() => world.stop(only, STOP_VERIFY)).not.toThrow()
  expect(world.colourOf(x)).toBe(span.WHITE)
  expect(only.collector.queue.take()).toBe(array + 2 * OBLET_BYTES + 1)
  expect(() => world.stop(only, STOP_VERIFY)).toThrow(
    `the black object at ${array} (type 1) refers to ${x} (type 2), ${UNSAFE}`,
  )
})

test('a reference to a slot that was freed', () => {
  const scene = begin()
  const { world, holder, a } = scene
  scanGlobals(scene)
  const free = world.memory.layout.heapBytes - 4096
  expect(world.colourOf(free)).toBe(span.FREE)
  world.memory.heap[holder.field(a)] = free
  expect(verify(scene)).toThrow(
    `the black object at ${a} (type 2) refers to ${free}, which is no object (mark byte 0)`,
  )
})

test('under --check each mark of a small heap is stopped once to be verified, at another place in each cycle', () => {
  const world = new HandWorld({ procs: 1, globals: 1, check: true })
  const [only] = world.ps
  const Node = world.type(1)
  let list = 0
  for (let length = 0; length < 2000; length++) {
    list = only.make(Node, [list])
    only.setGlobal(0, list)
  }
  world.collect(only)
  const places = new Set<number>()
  for (let cycle = 0; cycle < 6; cycle++) {
    world.startMark(only)
    const at = world.meta[control.VERIFY_AT]
    places.add(at)
    expect(at).toBeGreaterThan(0)
    const stops = world.stops
    const worked: number[] = []
    world.at('stop', () => worked.push(world.meta[control.SCAN_WORK_HEAP]))
    world.finishMark(only)
    // One for the verification, one for the termination.
    expect(world.stops - stops).toBe(2)
    expect(worked[0]).toBeLessThan(at + 3000)
    only.collector.sweeper.finish()
  }
  expect(places.size).toBe(6)
})

test('a large heap is verified only every few cycles', () => {
  const world = new HandWorld({ procs: 1, globals: 1, check: true, arenaBytes: 32 * MiB })
  const [only] = world.ps
  only.setGlobal(0, only.makeArray((2100 * 8192) / 4))
  let verified = 0
  for (let cycle = 0; cycle < 6; cycle++) {
    world.startMark(only)
    if (world.meta[control.VERIFY_AT] !== 0) verified++
    world.finishMark(only)
    only.collector.sweeper.finish()
  }
  expect(verified).toBe(2)
})
