/**
 * The memory of a schedule. It is made once. Before each schedule, what a small protocol can have
 * touched is set to 0.
 */

import { Controller } from '../../gc/controller.ts'
import { fixed } from '../../gc/pacer/fixed.ts'
import { Events } from '../../gc/record/events.ts'
import { Heap } from '../../heap/heap.ts'
import {
  CYCLE_RECORD_DOUBLES,
  type Layout,
  STACK_MIN_LOG2,
  WORK_BUFFER_WORDS,
} from '../../memory/layout.ts'
import { Memory, type MemoryHandle } from '../../memory/memory.ts'
import { MiB } from '../../memory/units.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import { P, type Program } from '../../scheduler/p.ts'
import { type Ground, NOTES, type Protocol } from './protocol.ts'

const ARENA_BYTES = 4 * MiB
const WORK_BUFFERS = 32
// More of each than any protocol has.
const GOROUTINES = 32
const WAITERS = 64
const STACK_WORDS = 64 * 64
const GLOBALS = 256
const CYCLES = 16

/** What the controlling thread and the Ps' threads share. */
export interface GroundHandle {
  readonly memory: MemoryHandle
  readonly notes: SharedArrayBuffer
}

export function newGround(procs: number): GroundHandle {
  const memory = Memory.reserve({ arenaBytes: ARENA_BYTES, procs, workBuffers: WORK_BUFFERS })
  return { memory: memory.handle, notes: new SharedArrayBuffer(4 * NOTES) }
}

/** This thread's views. */
export function groundOf(handle: GroundHandle): Ground {
  const memory = new Memory(handle.memory)
  return { memory, heap: new Heap(memory, false), notes: new Int32Array(handle.notes) }
}

/** Makes the memory as it was at first. Only the controlling thread calls it, while no P runs. */
export function clear({ memory, notes }: Ground): void {
  const { meta, metaF64, layout } = memory
  // All words from the control words to the work buffers: a few hundred KiB.
  meta.fill(0, 0, layout.workBuffers + layout.workBufferCount * WORK_BUFFER_WORDS)
  const begin = (region: keyof Layout, length: number): [number, number] => {
    const at = layout[region]
    return [at, at + length]
  }
  meta.fill(0, ...begin('goroutines', GOROUTINES * gWords.WORDS))
  metaF64.fill(0, ...begin('goroutineDoubles', GOROUTINES * gWords.DOUBLES))
  meta.fill(0, ...begin('waiters', WAITERS * gWords.WAITER_WORDS))
  meta.fill(0, ...begin('stacks', STACK_WORDS))
  meta.fill(0, ...begin('stackTable', STACK_WORDS >>> STACK_MIN_LOG2))
  meta.fill(0, ...begin('globals', GLOBALS))
  metaF64.fill(0, ...begin('cycleRecords', CYCLES * CYCLE_RECORD_DOUBLES))
  notes.fill(0)
}

/** A P as the runtime makes it, with checkmark. GOGC is off, so no cycle starts by itself. */
export function newP(
  heap: Heap,
  index: number,
  {
    termination = 'coordinator',
    barrier = 'plain',
    marks = 'plain',
    stackScans = 'owner',
  }: Protocol,
  program: Program,
): { p: P; controller: Controller } {
  const { memory } = heap
  const config = {
    procs: memory.layout.procs,
    gcPercent: -1,
    memoryLimit: Number.POSITIVE_INFINITY,
  }
  const controller = new Controller(memory, fixed(0.7), config)
  const p = new P(heap, index, controller, program, new Events(memory, index, false), {
    checkmark: true,
    stopTheWorld: 0,
    termination,
    gate: 'off',
    credit: 'go',
    barrier,
    marks,
    stackScans,
    barrierWait: 'sleep',
    cpus: memory.layout.procs,
    zealEvery: 0,
    zealConcurrent: false,
    seed: 1,
  })
  return { p, controller }
}
