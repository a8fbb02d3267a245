/** What a program may ask of the collector. */
import { load } from '#sync'
import { STOP_COMMIT, STOP_FORCED_CYCLE, STOP_STATISTICS } from '../../gc/world.ts'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import { CYCLES_MARKED, GOROUTINES_LIVE, PHASE, PHASE_OFF } from '../../memory/words/control.ts'
import {
  GC_PERCENT_ASKED,
  GC_PERCENT_IS_ASKED,
  GC_PERCENT_REPLACED,
  TOTAL_ASSIST_MS,
  TOTAL_BLOCKED_MS,
} from '../../memory/words/p.ts'
import { memStatsOf } from '../report/mem-stats.ts'
import type { MemStats } from '../report/record.ts'
import { expectGoroutine, expectRun, meta, p } from './current.ts'

/** A safepoint and nothing else: for long loops that do not allocate. One load, if nothing is asked for. */
export function poll(): void {
  p.pollNow()
}

/** Runs a whole collection, and sweeps; other goroutines go on (Go's runtime.GC). A safepoint. */
export function gc(): void {
  expectGoroutine('gc')
  probeStackDeep()
  p.collector.collect(STOP_FORCED_CYCLE)
}

/** Sets GOGC; negative turns the collector off, and waits for a cycle that marks. Returns the old value. A safepoint. Throws a RangeError. */
export function setGCPercent(percent: number): number {
  expectGoroutine('setGCPercent')
  if (!Number.isInteger(percent) || percent >= 2 ** 31)
    throw new RangeError(
      `setGCPercent: ${percent} must be a whole number of percent, negative for off`,
    )
  probeStackDeep()
  const own = p.memory.pWord(p.index, 0)
  meta[own + GC_PERCENT_ASKED] = Math.max(percent, -1)
  meta[own + GC_PERCENT_IS_ASKED] = 1
  // Another P's stop may have carried it out.
  while (meta[own + GC_PERCENT_IS_ASKED] !== 0) p.world.raise(p.world.epoch(), STOP_COMMIT)
  const old = meta[own + GC_PERCENT_REPLACED]
  if (percent < 0) p.world.blockInPlace(() => meta[PHASE] === PHASE_OFF)
  return old
}

/** Memory statistics, exact at one moment: stops the world (Go's runtime.ReadMemStats). A safepoint. */
export function readMemStats(): MemStats {
  expectGoroutine('readMemStats')
  probeStackDeep()
  // The snapshot of somebody else's stop may come later than this one's: just as good.
  while (!p.world.raise(p.world.epoch(), STOP_STATISTICS));
  return memStatsOf(p.memory)
}

/** Number of cycles that were marked to their end (MemStats' NumGC), without a stop. */
export function numGC(): number {
  expectGoroutine('numGC')
  return load(meta, CYCLES_MARKED)
}

/** Whether a cycle marks now. It may be over, or another begun, at the next safepoint. */
export function isMarking(): boolean {
  return meta[PHASE] !== PHASE_OFF
}

/**
 * Milliseconds that allocations on the P of the caller have spent on the collector so far: in assists, and waiting for it. Asked twice without a `yield` between, the
 * difference is the caller's own.
 */
export function assistMs(): number {
  const { metaF64 } = p.memory
  return (
    metaF64[p.memory.pDouble(p.index, TOTAL_ASSIST_MS)] +
    metaF64[p.memory.pDouble(p.index, TOTAL_BLOCKED_MS)]
  )
}

/** Number of goroutines that have not ended (Go's runtime.NumGoroutine). */
export function numGoroutine(): number {
  expectGoroutine('numGoroutine')
  return load(meta, GOROUTINES_LIVE)
}

/** Number of Ps (GOMAXPROCS). */
export function procs(): number {
  return expectRun('procs').p.memory.layout.procs
}
