// Random steps of two Ps, in any order that the protocols allow, and after every one of them the heap agrees with itself: a stop may come anywhere.

import fc from 'fast-check'
import { test } from 'vitest'
import { verifyHeap } from '../../../gc/verify/verify-heap.ts'
import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import * as control from '../../../memory/words/control.ts'
import { useHandClock } from '../../support/hand-clock.ts'
import { type HandP, HandWorld } from '../../support/hand-world.ts'

useHandClock()

const SLOTS = 16

/** What one step does: a deed on a P, with two numbers that choose what it is about. */
interface Step {
  readonly deed: string
  readonly index: number
  readonly a: number
  readonly b: number
}

class RandomWorld {
  readonly world: HandWorld
  private readonly types

  constructor(check: boolean, workBuffers: number) {
    this.world = new HandWorld({
      procs: 2,
      globals: SLOTS,
      check,
      workBuffers,
      arenaBytes: 8 * 1024 * 1024,
    })
    this.types = [0, 1, 2, 5, 30].map(references => this.world.type(references))
    for (const each of this.world.ps) each.spawn()
  }

  readonly deeds: Record<string, (p: HandP, a: number, b: number) => void> = {
    make: (p, a, b) => {
      const type = this.types[a % this.types.length]
      const held = this.global(b)
      const references = Array.from({ length: type.references }, (_, index) =>
        index === 0 ? held : 0,
      )
      p.setGlobal(a % SLOTS, p.make(type, references))
    },
    garbage: (p, a) => {
      for (let count = 0; count < 50; count++) p.make(this.types[a % this.types.length])
    },
    array: (p, a, b) => {
      const array = p.makeArray(1 + ((a * 977) % 40_000))
      p.store(p.element(array, 0), this.global(b))
      p.setGlobal(a % SLOTS, array)
    },
    move: (p, a, b) => p.setGlobal(a % SLOTS, this.global(b)),
    clear: (p, a) => p.setGlobal(a % SLOTS, 0),
    keep: (p, a) => {
      if (this.global(a) !== 0) p.keep(this.global(a))
    },
    drop: p => {
      const { stack } = p.collector
      if (stack.top > stack.base) p.drop()
    },
    link: (p, a, b) => {
      const object = this.global(a)
      if (object !== 0 && this.world.memory.heap[object >>> 2] >>> 16 > 0)
        p.store((object >>> 2) + 1 + 1 * Number(this.isArray(object)), this.global(b))
    },
    switch: p => {
      p.park(4, 0)
      const id = p.goroutine
      p.leaveGoroutine()
      p.goroutines.makeRunnable(id)
      p.resume(id)
    },
    start: p => {
      if (this.world.memory.phase === control.PHASE_OFF) this.world.stop(p, STOP_FORCED_CYCLE)
    },
    root: p => {
      if (this.isMarking) p.scanRoot()
    },
    mark: (p, a) => {
      if (this.isMarking) p.collector.marker.scanSome(a)
      p.collector.drain.account()
    },
    poll: p => p.safepoint(),
    flush: p => p.collector.flush(),
    finish: p => {
      if (!this.isMarking) return
      p.collector.drain.enter()
      this.world.finishMark(p)
    },
    sweep: p => void p.collector.sweeper.sweepOne(),
  }

  do({ deed, index, a, b }: Step): void {
    this.deeds[deed](this.world.ps[index], a, b)
    // As in a stop.
    for (const each of this.world.ps) each.collector.publish()
    verifyHeap(this.world.memory)
  }

  private get isMarking(): boolean {
    return this.world.memory.phase === control.PHASE_MARK
  }

  private global(index: number): number {
    return this.world.meta[this.world.global(index % SLOTS)]
  }

  private isArray(object: number): boolean {
    return this.world.memory.heap[object >>> 2] >>> 16 === 0xffff
  }
}

const deedNames = Object.keys(new RandomWorld(false, 64).deeds)
const steps = fc.array(
  fc.record({
    deed: fc.constantFrom(...deedNames),
    index: fc.constantFrom(0, 1),
    a: fc.nat(4000),
    b: fc.nat(SLOTS - 1),
  }),
  { minLength: 20, maxLength: 120 },
)
/** `SEED=n` takes another seed; a failure prints its own. */
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)

test(`random steps keep the heap in agreement with itself (seed ${seed})`, () => {
  fc.assert(
    fc.property(fc.boolean(), fc.constantFrom(2, 64), steps, (check, workBuffers, list) => {
      const random = new RandomWorld(check, workBuffers)
      for (const step of list) random.do(step)
    }),
    { seed, numRuns: 60 },
  )
})
