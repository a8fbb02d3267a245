// A P that runs its goroutines in the test's own thread, as in a run, until main ends. The other
// Ps, if there are any, are only words in its memory.

import { Controller } from '../../gc/controller.ts'
import { fixed } from '../../gc/pacer/fixed.ts'
import { Events } from '../../gc/record/events.ts'
import { Heap } from '../../heap/heap.ts'
import type { GoroutineId } from '../../memory/kinds.ts'
import { Memory } from '../../memory/memory.ts'
import { MiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import { P } from '../../scheduler/p.ts'

export class LoneP extends P {
  private readonly bodies: (() => Coroutine)[]

  constructor(procs = 1) {
    const memory = Memory.reserve({ arenaBytes: 4 * MiB, procs, workBuffers: 64 })
    const heap = new Heap(memory, false)
    const controller = new Controller(memory, fixed(0.7), {
      procs,
      gcPercent: 100,
      memoryLimit: Number.POSITIVE_INFINITY,
    })
    const bodies: (() => Coroutine)[] = []
    const program = {
      start: (id: GoroutineId) => bodies[memory.meta[memory.goroutineWord(id, gWords.TASK)]](),
      nameOf: (id: GoroutineId) => `goroutine ${id}`,
    }
    super(heap, 0, controller, program, new Events(memory, 0, false), {
      checkmark: true,
      stopTheWorld: 0,
      termination: 'helping',
      gate: 'goal',
      credit: 'go',
      barrier: 'plain',
      marks: 'plain',
      stackScans: 'owner',
      barrierWait: 'sleep',
      cpus: 1,
      zealEvery: 0,
      zealConcurrent: false,
      seed: 1,
    })
    this.bodies = bodies
    this.collector.initialize(100, Number.POSITIVE_INFINITY)
  }

  /** A new goroutine, placed nowhere yet. */
  goroutineOf(body: () => Coroutine): GoroutineId {
    return this.goroutines.create(this.bodies.push(body) - 1, 0)
  }

  /** Starts a goroutine on this P. */
  start(body: () => Coroutine): GoroutineId {
    const id = this.goroutineOf(body)
    this.placement.assign(id, 0)
    return id
  }

  /** Runs main, the first goroutine, and what it starts. Throws what ends the run. */
  runMain(main: () => Coroutine): void {
    this.memory.meta[control.RUN_STATE] = control.RUN_ACTIVE
    this.start(main)
    this.run()
    if (this.ending.failure !== null) throw this.ending.failure.error
  }
}
