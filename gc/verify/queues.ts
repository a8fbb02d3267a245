/**
 * The queues that the scheduler and the collector keep in shared memory. A goroutine in a run queue
 * is runnable, and is in one queue at most. It may be in none here: a P takes goroutines off its
 * ready list, and keeps their order privately.
 *
 *   rings, ready lists, global queue   links and counts; no goroutine twice; what is ready on a P
 *                                      is pinned to it
 *   assist queue                       its members are flagged and no others; empty unless marking
 *   wait records                       the free list; a record in an object's queue is linked both
 *                                      ways, and the object is allocated
 */

import type { GoroutineId, SpanId } from '../../memory/kinds.ts'
import { GRANULE_SHIFT, PAGE_SHIFT } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import type { Inspection } from './inspection.ts'

export function verifyQueues(inspection: Inspection): void {
  verifyRunQueues(inspection)
  verifyAssistQueue(inspection)
  verifyWaiters(inspection)
}

/**
 * A goroutine in two queues would run on two Ps at a time. One in a queue whose links are wrong
 * would never run again.
 */
function verifyRunQueues(inspection: Inspection): void {
  const { meta, memory } = inspection
  const queued = new Map<GoroutineId, string>()
  const put = (id: GoroutineId, queue: string): boolean => {
    const other = queued.get(id)
    queued.set(id, queue)
    if (id < 1 || id > meta[control.GOROUTINE_NEXT])
      inspection.found(`${queue} holds goroutine ${id}, which never was one`)
    else if (other !== undefined) inspection.found(`goroutine ${id} is in ${other} and in ${queue}`)
    else {
      const status = meta[memory.goroutineWord(id, gWords.STATUS)]
      if (status !== gWords.G_RUNNABLE)
        inspection.found(`goroutine ${id} in ${queue} has status ${status}`)
      return true
    }
    return false
  }
  for (let index = 0; index < memory.layout.procs; index++) {
    verifyRing(inspection, index, put)
    const ready = `P ${index}’s ready list`
    for (
      let id = meta[memory.pWord(index, pWords.READY)] as GoroutineId;
      id !== 0;
      id = meta[memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
    ) {
      if (!put(id, ready)) break
      const owner = meta[memory.goroutineWord(id, gWords.P)]
      if (owner !== index) inspection.found(`goroutine ${id} in ${ready} is on P ${owner}`)
    }
  }
  let last: GoroutineId = 0
  let count = 0
  for (
    let id = meta[control.RUN_QUEUE_FIRST] as GoroutineId;
    id !== 0 && put(id, 'the global queue');
    id = meta[memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
  ) {
    last = id
    count++
  }
  inspection.expect('RUN_QUEUE_LAST', meta[control.RUN_QUEUE_LAST], last)
  inspection.expect('RUN_QUEUE_COUNT', meta[control.RUN_QUEUE_COUNT], count)
}

function verifyRing(
  inspection: Inspection,
  index: number,
  put: (id: GoroutineId, queue: string) => boolean,
): void {
  const { meta, memory } = inspection
  const base = memory.pWord(index, 0)
  const head = meta[base + pWords.RING_HEAD]
  const length = (meta[base + pWords.RING_TAIL] - head) | 0
  if (length < 0 || length > pWords.RING_SLOTS) {
    inspection.found(
      `P ${index}’s ring holds ${length} goroutines, must be 0 to ${pWords.RING_SLOTS}`,
    )
    return
  }
  for (let offset = 0; offset < length; offset++)
    put(
      meta[base + pWords.RING + ((head + offset) & (pWords.RING_SLOTS - 1))] as GoroutineId,
      `P ${index}’s ring`,
    )
}

/** A P that is flagged and not in the queue would wait for credit that nobody pays. */
function verifyAssistQueue(inspection: Inspection): void {
  const { meta, memory, phase } = inspection
  const queued = new Set<number>()
  let last: GoroutineId = 0
  for (
    let number = meta[control.ASSIST_FIRST] as GoroutineId;
    number !== 0;
    number = meta[memory.pWord(number - 1, pWords.ASSIST_NEXT)] as GoroutineId
  ) {
    if (number < 1 || number > memory.layout.procs || queued.has(number - 1)) {
      inspection.found(
        `the assist queue holds P ${number - 1}${queued.has(number - 1) ? ' twice' : ', and there is none'}`,
      )
      break
    }
    queued.add(number - 1)
    last = number
  }
  inspection.expect('ASSIST_LAST', meta[control.ASSIST_LAST], last)
  inspection.expect('ASSIST_COUNT', meta[control.ASSIST_COUNT], queued.size)
  if (phase !== control.PHASE_MARK)
    inspection.expect('assists that wait where nothing is marked', queued.size, 0)
  for (let index = 0; index < memory.layout.procs; index++)
    inspection.expect(
      `P ${index}’s ASSIST_QUEUED`,
      meta[memory.pWord(index, pWords.ASSIST_QUEUED)],
      queued.has(index) ? 1 : 0,
    )
}

/**
 * A wait record that is in a queue and in the free list would be given to two waiters. A record in
 * the queue of an object that was freed is a goroutine that nobody can wake.
 */
function verifyWaiters(inspection: Inspection): void {
  const { meta, memory } = inspection
  const at = (id: number, word: number): number =>
    meta[memory.layout.waiters + id * gWords.WAITER_WORDS + word]
  const free = new Set<number>()
  for (let id = meta[control.WAITER_FREE]; id !== 0; id = at(id, gWords.WAITER_NEXT)) {
    if (id < 1 || id > meta[control.WAITER_NEXT] || free.has(id)) {
      inspection.found(
        `the list of free wait records holds ${id}, ${free.has(id) ? 'which is listed already' : 'which never was one'}`,
      )
      return
    }
    free.add(id)
    if (at(id, gWords.WAITER_QUEUE) !== 0)
      inspection.found(
        `wait record ${id} is free, and in the queue at word ${at(id, gWords.WAITER_QUEUE)}`,
      )
  }
  for (let id = 1; id <= meta[control.WAITER_NEXT]; id++)
    if (!free.has(id)) verifyQueued(inspection, id, at)
}

function verifyQueued(
  inspection: Inspection,
  id: number,
  at: (id: number, word: number) => number,
): void {
  const { heap } = inspection.memory
  const queue = at(id, gWords.WAITER_QUEUE)
  if (queue === 0) return
  const previous = at(id, gWords.WAITER_PREVIOUS)
  const next = at(id, gWords.WAITER_NEXT)
  const isLinked =
    (previous === 0 ? heap[queue] : at(previous, gWords.WAITER_NEXT)) === id &&
    (next === 0 ? heap[queue + 1] : at(next, gWords.WAITER_PREVIOUS)) === id
  if (!isLinked)
    inspection.found(
      `wait record ${id} stands in the queue at word ${queue} between ${previous} and ${next}, which do not link to it`,
    )
  const colour = slotColour(inspection, queue * 4)
  if (colour < span.WHITE || colour > span.BLACK)
    inspection.found(
      `wait record ${id} stands in the queue at word ${queue}, where no object is (mark byte ${colour})`,
    )
}

/** Mark byte of the slot that an address lies in; −1 if it lies in no span. */
function slotColour(inspection: Inspection, address: number): number {
  const { meta, memory } = inspection
  const id = (meta[memory.layout.pageSpan + (address >>> PAGE_SHIFT)] ?? 0) as SpanId
  if (id <= 0) return -1
  const slotBytes = inspection.span(id, span.SLOT_BYTES)
  const base = id << PAGE_SHIFT
  const slot = base + Math.floor((address - base) / slotBytes) * slotBytes
  return memory.marks[slot >>> GRANULE_SHIFT]
}
