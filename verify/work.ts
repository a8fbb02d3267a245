/**
 * What is shared of the marking, in a stopped world, where every P has published: each work buffer is in the full list, in the empty list or
 * untouched; each entry is an object that was shaded; the assist queue is what the Ps in it say; counters of those at work are not negative.
 */
import * as control from '../heap/layout/control.ts'
import {
  GRANULE_BYTES,
  GRANULE_SHIFT,
  PAGE_SHIFT,
  WORK_BUFFER_CAPACITY,
  WORK_BUFFER_COUNT,
  WORK_BUFFER_ENTRIES,
  WORK_BUFFER_NEXT,
  WORK_BUFFER_WORDS,
} from '../heap/layout/layout.ts'
import * as p from '../heap/layout/p.ts'
import * as span from '../heap/layout/span.ts'
import type { Memory } from '../heap/memory.ts'
import type { Findings } from './findings.ts'

export function verifyWork(memory: Memory, findings: Findings): void {
  verifyBuffers(memory, findings)
  verifyAssistQueue(memory, findings)
  const { words, phase } = memory
  for (const [word, name] of [
    [control.DRAINERS, 'DRAINERS'],
    [control.IDLE_WORKERS, 'IDLE_WORKERS'],
    [control.DEDICATED_OFFERS, 'DEDICATED_OFFERS'],
  ] as const)
    if (words[word] < 0) findings.add(`${name} is ${words[word]}`)
  findings.equal(words[control.SWEEPERS] & ~control.SWEEP_DRAINED, 0, 'sweepers at work in a stopped world')
  if (phase !== control.PHASE_OFF)
    findings.equal(words[control.SWEEPERS], control.SWEEP_DRAINED, 'SWEEPERS while a cycle marks')
  findings.equal(words[control.WRITE_BARRIER], phase === control.PHASE_OFF ? 0 : 1, `WRITE_BARRIER in phase ${phase}`)
  for (let index = 0; phase === control.PHASE_OFF && index < memory.layout.procs; index++)
    findings.equal(
      words[memory.p(index, p.BARRIER_COUNT)],
      0,
      `entries in the barrier buffer of P ${index} while no cycle marks`,
    )
}

function verifyBuffers(memory: Memory, findings: Findings): void {
  const { words } = memory
  const seen = new Set<number>()
  const full = walk(memory, words[control.WORK_FULL], 'full', seen, findings)
  const empty = walk(memory, words[control.WORK_EMPTY], 'empty', seen, findings)
  findings.equal(words[control.WORK_FULL_COUNT], full, 'WORK_FULL_COUNT against the full list')
  findings.equal(full + empty, words[control.WORK_POOL_NEXT], 'work buffers in both lists, of those handed out')
  if (memory.phase === control.PHASE_OFF) findings.equal(full, 0, 'full work buffers while no cycle marks')
}

/** Checks one list of work buffers. Returns its length. */
function walk(memory: Memory, first: number, list: 'full' | 'empty', seen: Set<number>, findings: Findings): number {
  const { words, layout } = memory
  let length = 0
  for (let buffer = first; buffer !== 0; buffer = words[buffer + WORK_BUFFER_NEXT]) {
    const index = (buffer - layout.workBuffers) / WORK_BUFFER_WORDS
    if (!Number.isInteger(index) || index < 0 || index >= words[control.WORK_POOL_NEXT] || seen.has(buffer)) {
      findings.add(
        `the ${list} list holds work buffer ${index}, ${seen.has(buffer) ? 'which is listed already' : 'which was never handed out'}`,
      )
      break
    }
    seen.add(buffer)
    length++
    const count = words[buffer + WORK_BUFFER_COUNT]
    const [least, most] = list === 'full' ? [1, WORK_BUFFER_CAPACITY] : [0, 0]
    if (count < least || count > most)
      findings.add(`work buffer ${index} of the ${list} list has ${count} entries, must have ${least} to ${most}`)
    else
      for (let at = 0; at < count; at++) verifyEntry(memory, words[buffer + WORK_BUFFER_ENTRIES + at], index, findings)
  }
  return length
}

/** An entry is an object, or a later piece of a large one: then its lowest bit is set. */
function verifyEntry(memory: Memory, entry: number, index: number, findings: Findings): void {
  const { words, marks, layout } = memory
  const address = entry & ~1
  const id = address >>> PAGE_SHIFT < layout.pages ? words[layout.pageSpan + (address >>> PAGE_SHIFT)] : 0
  if (id <= 0 || address % GRANULE_BYTES !== 0) {
    findings.add(`work buffer ${index} holds ${entry}, which is no object's address`)
    return
  }
  const object = (entry & 1) === 0 ? address : id << PAGE_SHIFT
  const colour = marks[object >>> GRANULE_SHIFT]
  if (colour !== span.BLACK && colour !== span.GREY_MARK)
    findings.add(`work buffer ${index} holds ${entry}, whose object was not shaded (mark byte ${colour})`)
}

function verifyAssistQueue(memory: Memory, findings: Findings): void {
  const { words, layout } = memory
  const queued = new Set<number>()
  let last = 0
  for (let next = words[control.ASSIST_FIRST]; next !== 0; next = words[memory.p(next - 1, p.ASSIST_NEXT)]) {
    if (next < 0 || next > layout.procs || queued.has(next - 1)) {
      findings.add(
        `the assist queue holds P ${next - 1}, ${queued.has(next - 1) ? 'which stands in it already' : 'which there is not'}`,
      )
      break
    }
    queued.add(next - 1)
    last = next
  }
  findings.equal(words[control.ASSIST_LAST], last, 'ASSIST_LAST')
  findings.equal(words[control.ASSIST_COUNT], queued.size, 'ASSIST_COUNT')
  for (let index = 0; index < layout.procs; index++)
    findings.equal(words[memory.p(index, p.ASSIST_QUEUED)], queued.has(index) ? 1 : 0, `ASSIST_QUEUED of P ${index}`)
  if (queued.size > 0 && words[control.BLACKEN_ENABLED] === 0)
    findings.add(`${queued.size} assists wait, and nothing is blackened`)
}
