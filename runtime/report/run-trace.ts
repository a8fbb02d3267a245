/**
 * The trace of a run: the events that Ps have put into their rings, and cycles as slices of the
 * collector's lane.
 */

import { Events } from '../../gc/record/events.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import { readAt } from '../read-at.ts'
import type { CycleRecord } from './record.ts'
import { eventOfP, GC_LANE, type GcSlice, type TraceEventWriter } from './trace-events.ts'

export class RunTrace {
  readonly #memory: Memory
  readonly #writer: TraceEventWriter
  readonly #events: readonly Events[]

  constructor(memory: Memory, writer: TraceEventWriter) {
    this.#memory = memory
    this.#writer = writer
    this.#events = Array.from(
      { length: memory.layout.procs },
      (_, p) => new Events(memory, p, false),
    )
  }

  /** Takes what is in the rings and writes it. */
  drain(): void {
    const began = readAt(this.#memory.metaF64, this.#memory.controlDouble(control.RUN_STARTED_AT))
    this.#events.forEach((events, p) => {
      events.drain((kind, startMs, durationMs, detail) =>
        this.#writer.event(eventOfP(p, kind, startMs - began, durationMs, detail)),
      )
    })
  }

  cycle(cycle: CycleRecord): void {
    const { n, startMs, markMs } = cycle
    const [setupMs, terminationMs] = [cycle.stwSetupUs / 1000, cycle.stwTerminationUs / 1000]
    const [toSetup, toTermination] = cycle.timeToSafepointUs
    const markBegan = startMs + setupMs
    const markEnd = markBegan + markMs
    const slice = (at: number, durationMs: number, what: Pick<GcSlice, 'name' | 'args'>): void =>
      this.#writer.event({ kind: 'slice', p: GC_LANE, startMs: at, durationMs, ...what } as GcSlice)
    const safepoint = { name: 'time to safepoint', args: undefined } as const
    slice(startMs, setupMs, { name: 'mark setup', args: { cycle: n, trigger: cycle.trigger } })
    slice(startMs, toSetup / 1000, safepoint)
    slice(markBegan, markMs, { name: 'mark', args: { cycle: n, marked: cycle.heapMarked } })
    const attempts = cycle.terminationAttempts
    slice(markEnd, terminationMs, { name: 'mark termination', args: { cycle: n, attempts } })
    slice(markEnd, toTermination / 1000, safepoint)
    this.#heap(startMs, cycle.heapAtStart, cycle)
    this.#heap(markEnd, cycle.heapAtMarkEnd, cycle)
    this.#heap(markEnd + terminationMs, cycle.heapMarked, cycle)
  }

  #heap(startMs: number, live: number, { goal, triggerBytes: trigger }: CycleRecord): void {
    this.#writer.event({ kind: 'counter', name: 'heap', startMs, args: { live, goal, trigger } })
  }
}
