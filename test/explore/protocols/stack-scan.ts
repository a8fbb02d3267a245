import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import { SCAN_WORK_STACK, SCANS_WANTED } from '../../../memory/words/control.ts'
import * as g from '../../../memory/words/goroutine.ts'
import * as p from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import type { PartsProtocol } from '../protocol.ts'
import { letAllRun, letMark } from '../situations.ts'

const SLOT_BYTES = 16
const SPAN_CLASS = 2

// Notes: the object, and whether its goroutine's stack was scanned when it ended.
const OBJECT = 0
const SCANNED = 1

export const stackScan: PartsProtocol = {
  name: 'stack-scan',
  what: 'P 0 does the root jobs while P 1 runs a goroutine, has it give way, runs it again, ends it and makes another in its record: its stack is scanned by one P, where it is complete, and wanted scans are counted right',
  configurations: [{ procs: 2, bound: 3, quick: 3 }],

  setUp({ memory, notes }, hand) {
    const { words } = memory
    const { cache, sweeper, roots, stack } = hand.collector
    cache.refill(SPAN_CLASS, sweeper.sweep)
    cache.nextRun(SPAN_CLASS)
    notes[OBJECT] = cache.take(SPAN_CLASS, SLOT_BYTES)
    const id = hand.goroutines.create(0, 1)
    words[memory.goroutine(id, g.P)] = 1
    stack.load(id)
    stack.push(notes[OBJECT])
    stack.save()
    letAllRun(memory)
    letMark(memory)
    roots.prepare()
  },

  body({ memory, notes }, { index, collector, goroutines }) {
    if (index === 0) {
      while (collector.roots.scanNext() >= 0);
      return
    }
    const { words } = memory
    const id = 1
    const own = memory.p(index, p.GOROUTINE)
    const stopRunning = (status: number): void => {
      collector.stack.save()
      while (!goroutines.tryStopRunning(id, status)) collector.serveScan()
      collector.stack.unload()
      words[own] = 0
    }
    for (const status of [g.G_RUNNABLE, g.G_DEAD]) {
      goroutines.startRunning(id)
      words[own] = id
      collector.stack.load(id)
      collector.serveScan()
      stopRunning(status)
    }
    notes[SCANNED] = words[memory.goroutine(id, g.SCANNED_CYCLE)]
    goroutines.release(id)
    goroutines.create(0, 1)
  },

  verify({ memory, notes }) {
    const { words, marks } = memory
    if (words[SCANS_WANTED] !== 0) return `${words[SCANS_WANTED]} scans are wanted, must be 0`
    const isMarked = marks[notes[OBJECT] >>> GRANULE_SHIFT] !== span.WHITE
    if (isMarked !== (notes[SCANNED] === 1))
      return `scanned: ${notes[SCANNED]}, its object marked: ${isMarked}`
    if (words[SCAN_WORK_STACK] !== (isMarked ? 4 : 0))
      return `${words[SCAN_WORK_STACK]} bytes of stacks were scanned`
    const status = words[memory.goroutine(1, g.STATUS)]
    return status === g.G_RUNNABLE ? null : `the new goroutine has status ${status}`
  },
}
