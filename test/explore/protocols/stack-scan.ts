/**
 * The scan of a stack (gc/mark/roots.ts) while its goroutine changes its status
 * (scheduler/goroutines.ts).
 *
 * 1. A goroutine has one object on its stack and is ready on P 1. A cycle marks.
 * 2. P 0 carries out the root jobs: it scans the stack itself, or asks P 1 for it.
 * 3. P 1 runs the goroutine, lets it give way, runs it again and ends it. At each step it serves a
 *    scan that is wanted.
 * 4. P 1 releases the record and makes another goroutine in it.
 *
 * What must hold: no scan is wanted in the end. The stack was scanned once, with its object on it,
 * or it ended before that and its object is white. The new goroutine is RUNNABLE, without a bit of
 * the old one.
 */
import type { GoroutineId } from '../../../memory/kinds.ts'
import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import { SCAN_WORK_STACK, SCANS_WANTED } from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import * as pWords from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

const SLOT_BYTES = 16
const SPAN_CLASS = 2

// Notes: the object, and the cycle in which the stack was scanned by the time its goroutine ended.
const OBJECT = 0
const SCANNED = 1

export const stackScan: PartsProtocol = {
  name: 'stack-scan',
  what: 'P 0 carries out the root jobs while P 1 runs a goroutine, lets it give way, runs it again, ends it and makes another in its record: one P scans its stack, while the stack is complete, and no wanted scan is left',
  configurations: [{ procs: 2, bound: 3, quick: 3 }],

  setUp({ memory, notes }, hand) {
    const { meta } = memory
    const { cache, sweeper, roots, stack } = hand.collector
    cache.refill(SPAN_CLASS, sweeper.sweep)
    cache.nextRun(SPAN_CLASS)
    notes[OBJECT] = cache.take(SPAN_CLASS, SLOT_BYTES)
    const id = hand.goroutines.create(0, 1)
    meta[memory.goroutineWord(id, gWords.P)] = 1
    stack.load(id)
    stack.push(notes[OBJECT])
    stack.save()
    letAllRun(memory)
    letMark(memory)
    roots.prepare()
  },

  body({ memory, notes }, { index, collector, goroutines }) {
    if (index === 0) {
      while (collector.roots.scanNext('running') >= 0);
      return
    }
    const { meta } = memory
    const id = 1 as GoroutineId
    const own = memory.pWord(index, pWords.GOROUTINE)
    const stopRunning = (status: number): void => {
      collector.stack.save()
      while (!goroutines.tryStopRunning(id, status)) collector.serveScan()
      collector.stack.unload()
      meta[own] = 0
    }
    for (const status of [gWords.G_RUNNABLE, gWords.G_DEAD]) {
      goroutines.startRunning(id)
      meta[own] = id
      collector.stack.load(id)
      collector.serveScan()
      stopRunning(status)
    }
    notes[SCANNED] = meta[memory.goroutineWord(id, gWords.SCANNED_CYCLE)]
    goroutines.release(id)
    goroutines.create(0, 1)
  },

  verify({ memory, notes }) {
    const { meta, marks } = memory
    if (meta[SCANS_WANTED] !== 0) return `${meta[SCANS_WANTED]} scans are wanted, must be 0`
    const isMarked = marks[notes[OBJECT] >>> GRANULE_SHIFT] !== span.WHITE
    if (isMarked !== (notes[SCANNED] === 1))
      return `scanned: ${notes[SCANNED]}, its object marked: ${isMarked}`
    if (meta[SCAN_WORK_STACK] !== (isMarked ? 4 : 0))
      return `${meta[SCAN_WORK_STACK]} bytes of stacks were scanned`
    const status = meta[memory.goroutineWord(1 as GoroutineId, gWords.STATUS)]
    return status === gWords.G_RUNNABLE ? null : `the new goroutine has status ${status}`
  },
}
