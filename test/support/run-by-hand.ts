/**
 * A run with one P on the thread of a test. It takes the steps of runtime/host/p-thread.ts, without
 * a pool.
 */

import { Controller } from '../../gc/controller.ts'
import type { StackScans } from '../../gc/mark/roots.ts'
import { fixed } from '../../gc/pacer/fixed.ts'
import { Events } from '../../gc/record/events.ts'
import { Heap } from '../../heap/heap.ts'
import type { GoroutineId } from '../../memory/kinds.ts'
import { Memory } from '../../memory/memory.ts'
import { MiB } from '../../memory/units.ts'
import * as control from '../../memory/words/control.ts'
import { declareBuiltInTypes } from '../../runtime/program/built-in-types.ts'
import { enterRun, leaveRun, Run, serveRun } from '../../runtime/program/current.ts'
import { Declarations } from '../../runtime/program/declarations.ts'
import { coroutineOf } from '../../runtime/program/task.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import { P } from '../../scheduler/p.ts'

const MAIN = -1

export interface HandRunOptions {
  readonly stackScans?: StackScans
  readonly zealEvery?: number
}

export class HandRun {
  readonly memory = Memory.reserve({ arenaBytes: 4 * MiB, procs: 1, workBuffers: 64 })
  readonly run: Run
  #main: () => Coroutine = () => [][Symbol.iterator]()

  /** `number` is that of the run, for its modules. */
  constructor(number: number, options: HandRunOptions = {}) {
    const controller = new Controller(this.memory, fixed(0.7), {
      procs: 1,
      gcPercent: -1,
      memoryLimit: Number.POSITIVE_INFINITY,
    })
    const program = {
      start: (id: GoroutineId) => (id === 1 ? this.#main() : coroutineOf(id)),
      nameOf: (id: number) => `goroutine ${id}`,
    }
    const p = new P(
      new Heap(this.memory, false),
      0,
      controller,
      program,
      new Events(this.memory, 0, false),
      {
        checkmark: true,
        stopTheWorld: 0,
        termination: 'helping',
        gate: 'off',
        credit: 'go',
        barrier: 'plain',
        marks: 'plain',
        stackScans: options.stackScans ?? 'owner',
        barrierWait: 'sleep',
        cpus: 1,
        zealEvery: options.zealEvery ?? 0,
        zealConcurrent: false,
        seed: 1,
      },
    )
    p.collector.initialize(-1, Number.POSITIVE_INFINITY)
    this.run = new Run(number, p, new Declarations(this.memory, 'P 0'), false)
  }

  /** The thread serves this run from here on: its modules may declare. */
  serve(): void {
    serveRun(this.run)
    declareBuiltInTypes()
  }

  /** Runs main until it returns, and ends the run. */
  go(main: () => Coroutine): void {
    const { run, memory } = this
    this.#main = main
    run.declarations.close()
    memory.meta[control.RUN_STATE] = control.RUN_ACTIVE
    enterRun(run)
    try {
      run.p.placement.assign(run.p.goroutines.create(MAIN, 0), 0)
      run.p.run()
    } finally {
      leaveRun()
    }
    if (run.p.ending.failure !== null) throw run.p.ending.failure.error
  }

  /**
   * A copy of the memory that small runs reach. A test compares two, to see whether somebody wrote
   * there.
   */
  content(): Buffer {
    const { meta, heap, layout } = this.memory
    const regions = [
      meta.subarray(0, layout.pageSpan),
      meta.subarray(layout.goroutines, layout.goroutines + 1000),
      meta.subarray(layout.stacks, layout.stacks + 1000),
      meta.subarray(layout.globals, layout.globals + 100),
      meta.subarray(layout.declarations, layout.declarations + 5000),
      meta.subarray(layout.consoleRings, layout.consoleRings + 100),
      heap.subarray(0, 100_000),
    ]
    return Buffer.concat(regions.map(region => Buffer.from(region.slice().buffer)))
  }
}
