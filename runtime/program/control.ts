/** What a program may ask of the collector. */
import { load, now } from '#sync'
import { STOP_COMMIT, STOP_FORCED_CYCLE, STOP_STATISTICS } from '../../gc/world.ts'
import { probeStackDeep } from '../../memory/stack-probe.ts'
import {
  CYCLES_MARKED,
  GOROUTINES_LIVE,
  PHASE,
  PHASE_OFF,
  RUN_STARTED_AT,
} from '../../memory/words/control.ts'
import {
  GC_PERCENT_ASKED,
  GC_PERCENT_IS_ASKED,
  GC_PERCENT_REPLACED,
  TOTAL_ASSIST_MS,
  TOTAL_BLOCKED_MS,
} from '../../memory/words/p.ts'
import { readAt } from '../read-at.ts'
import { memStatsOf } from '../report/mem-stats.ts'
import type { MemStats } from '../report/record.ts'
import { expectGoroutine, expectRun, meta, p } from './current.ts'

/**
 * Does nothing but reach a safepoint: for long loops that do not allocate. It costs one load if
 * nothing is asked for. @safepoint
 */
export function poll(): void {
  p.pollNow()
}

/** Runs a whole collection, and sweeps. Other goroutines go on (Go's runtime.GC). @safepoint */
export function gc(): void {
  expectGoroutine('gc')
  probeStackDeep()
  p.collector.collect(STOP_FORCED_CYCLE)
}

/**
 * Sets GOGC. A negative percentage turns the collector off, and waits until no cycle marks. Returns
 * the old value. Throws a RangeError for what is no whole number. @safepoint
 */
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
  // A stop of another P may have carried it out.
  while (meta[own + GC_PERCENT_IS_ASKED] !== 0) p.world.raise(p.world.epoch(), STOP_COMMIT)
  const old = readAt(meta, own + GC_PERCENT_REPLACED)
  if (percent < 0) p.world.blockInPlace(() => meta[PHASE] === PHASE_OFF)
  return old
}

/**
 * Memory statistics, exact at one moment. Stops the world (Go's runtime.ReadMemStats). @safepoint
 */
export function readMemStats(): MemStats {
  expectGoroutine('readMemStats')
  probeStackDeep()
  // A stop of another P may have taken the snapshot, later than this P's stop would have: that is
  // as good.
  while (!p.world.raise(p.world.epoch(), STOP_STATISTICS));
  return memStatsOf(p.memory, now() - p.memory.get(RUN_STARTED_AT))
}

/** The number of cycles whose mark has ended (NumGC in MemStats). It needs no stop. */
export function numGC(): number {
  expectGoroutine('numGC')
  return load(meta, CYCLES_MARKED)
}

/** Whether a cycle marks now. By the next safepoint it may be over, or another may have begun. */
export function isMarking(): boolean {
  return meta[PHASE] !== PHASE_OFF
}

/**
 * Milliseconds that allocations on the caller's P have spent on the collector so far, in assists
 * and in waiting for it. Between two calls without a `yield` between them, the difference is the
 * caller's own time.
 */
export function assistMs(): number {
  const { metaF64 } = p.memory
  return (
    readAt(metaF64, p.memory.pDouble(p.index, TOTAL_ASSIST_MS)) +
    readAt(metaF64, p.memory.pDouble(p.index, TOTAL_BLOCKED_MS))
  )
}

/** The number of goroutines that have not ended (Go's runtime.NumGoroutine). */
export function numGoroutine(): number {
  expectGoroutine('numGoroutine')
  return load(meta, GOROUTINES_LIVE)
}

/** The number of Ps (GOMAXPROCS). */
export function procs(): number {
  return expectRun('procs').p.memory.layout.procs
}
