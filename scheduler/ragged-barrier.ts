/**
 * The ragged barrier (Go's forEachP): every other P flushes its barrier buffer and publishes its
 * grey objects, at a safepoint of its own, and the coordinator waits for all of them. The world
 * goes on.
 *
 *   ask    the coordinator counts the barrier (FLUSH_NUMBER), names itself, sets FLUSH_PENDING to
 *          the number of the others, then in each of them FLUSH_WANTED to the barrier's number,
 *          and POLL_FLUSH
 *   serve  a P at a safepoint clears POLL_FLUSH, flushes, publishes, and passes
 *   pass   CAS FLUSH_SERVED from what it was to FLUSH_WANTED. The P whose CAS succeeds decrements
 *          FLUSH_PENDING. The P that brings it to 0 wakes the coordinator
 *   wait   until FLUSH_PENDING is 0 the coordinator passes for each P that does not run, sleeps for
 *          a slice, and serves its own poll word
 *
 * Proof that a P is counted once in a barrier, by whichever P passes for it.
 * 1. One coordinator at a time runs a barrier, and returns when all have passed. So FLUSH_WANTED
 *    only grows, and never while a P has still to pass.
 * 2. FLUSH_SERVED is read before FLUSH_WANTED. So the number that replaces it is never older.
 * 3. (In the other order, the wanted number that was read may be that of a barrier which is over.
 *    The swap would take FLUSH_SERVED back to it, and the P would be counted again.)
 * 4. So FLUSH_SERVED moves once in each barrier, and the CAS that moves it decrements.
 *
 * Proof that a P that has passed holds nothing that others cannot see.
 * 1. A P that serves flushes and publishes before it passes.
 * 2. A P that sleeps has flushed and published before it counted as stopped.
 * 3. A P that stopped has published. Its barrier buffer may hold shades. The stop that ends the
 *    mark carries them out before it decides (R3 in gc/cycle.ts).
 */
import { add, compareAndSwap, load, or, store, sub } from '#sync'
import type { Collector } from '../gc/collector.ts'
import { SLICE_MS } from '../gc/work/workers.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import type { Sleepers } from './sleepers.ts'

/**
 * The slices in which the coordinator waits, in ms (Go: 100 µs). After BARRIER_SLICES of them some
 * P is stalled. From then on each slice is twice the one before, up to SLICE_MS.
 */
const BARRIER_SLICE_MS = 0.1
const BARRIER_SLICES = 10
/** The shortest sleep, in ms: the thread gives its core away. */
const YIELD_MS = 0.001

/** How the coordinator waits in the ragged barrier. */
export type BarrierWait = 'sleep' | 'yield' | 'spin'

/** What the coordinator does while it waits. */
export interface Meanwhile {
  /** @safepoint */
  sleepInPlace(mayStill: () => boolean, mostMs: () => number): void
  /** @safepoint */
  safepoint(): void
}

export class RaggedBarrier {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly collector: Collector
  private readonly sleepers: Sleepers
  private readonly wait: BarrierWait

  constructor(collector: Collector, sleepers: Sleepers, wait: BarrierWait) {
    this.memory = collector.memory
    this.pIndex = collector.pIndex
    this.collector = collector
    this.sleepers = sleepers
    this.wait = wait
  }

  /** Returns when every other P has passed. @safepoint */
  run(meanwhile: Meanwhile): void {
    const { meta } = this.memory
    const pollWord = this.memory.pWord(this.pIndex, pWords.POLL)
    this.ask()
    for (let slice = 0; ; slice++) {
      this.passForOthers()
      if (load(meta, control.FLUSH_PENDING) === 0) return
      this.collector.here.listener.at('mark-termination/in-barrier')
      const grown = Math.min(BARRIER_SLICE_MS * 2 ** Math.max(slice - BARRIER_SLICES, 0), SLICE_MS)
      if (this.wait !== 'spin')
        meanwhile.sleepInPlace(
          () => load(meta, control.FLUSH_PENDING) > 0,
          () => (this.wait === 'yield' ? YIELD_MS : grown),
        )
      if (meta[pollWord] !== 0) meanwhile.safepoint()
    }
  }

  /** Starts a barrier. The count is stored before any P can pass. */
  private ask(): void {
    const { meta, layout } = this.memory
    const number = add(meta, control.FLUSH_NUMBER, 1) + 1
    store(meta, control.FLUSH_COORDINATOR, this.pIndex)
    store(meta, control.FLUSH_PENDING, layout.procs - 1)
    for (let index = 0; index < layout.procs; index++) {
      if (index === this.pIndex) continue
      store(meta, this.memory.pWord(index, pWords.FLUSH_WANTED), number)
      or(meta, this.memory.pWord(index, pWords.POLL), pWords.POLL_FLUSH)
    }
  }

  /** Passes for each P that does not run: what it holds is published already. */
  private passForOthers(): void {
    const { meta, layout } = this.memory
    for (let index = 0; index < layout.procs; index++) {
      if (
        index !== this.pIndex &&
        load(meta, this.memory.pWord(index, pWords.STATUS)) !== pWords.STATUS_RUNNING
      )
        passBarrier(this.memory, this.sleepers, index)
    }
  }

  /** This P was asked, and has cleared POLL_FLUSH. It flushes, publishes and passes. */
  serve(): void {
    this.memory.faults.pass('barrier/serve')
    if (this.collector.flush()) this.sleepers.wakeOne()
    passBarrier(this.memory, this.sleepers, this.pIndex)
  }
}

/** Notes that P `index` has passed the barrier, if it was asked to pass one. By any P. */
export function passBarrier(memory: Memory, sleepers: Sleepers, index: number): void {
  const { meta } = memory
  const served = load(meta, memory.pWord(index, pWords.FLUSH_SERVED))
  const wanted = load(meta, memory.pWord(index, pWords.FLUSH_WANTED))
  if (
    served === wanted ||
    !compareAndSwap(meta, memory.pWord(index, pWords.FLUSH_SERVED), served, wanted)
  )
    return
  if (sub(meta, control.FLUSH_PENDING, 1) === 1)
    sleepers.wake(load(meta, control.FLUSH_COORDINATOR))
}
