/**
 * Goroutines in a stopped world: every record is free or alive; one that runs is the one of one P; a ready one is in one queue at most (what
 * its P has taken over from the ready list only that P's thread knows); no two stacks overlap, and stacks in use and free segments are all there is.
 */
import * as control from '../heap/layout/control.ts'
import * as g from '../heap/layout/goroutine.ts'
import { STACK_MIN_LOG2 } from '../heap/layout/layout.ts'
import * as p from '../heap/layout/p.ts'
import type { Memory } from '../heap/memory.ts'
import type { Findings } from './findings.ts'

const STATUSES = ['free', 'runnable', 'running', 'waiting', 'dead']

/** A stack segment and whose it is. */
interface Segment {
  readonly begin: number
  readonly size: number
  readonly owner: string
}

export function verifyGoroutines(memory: Memory, findings: Findings): void {
  const { words } = memory
  const free = chain(memory, words[control.GOROUTINE_FREE], 'the free list', findings)
  const segments: Segment[] = []
  let live = 0
  for (let id = 1; id <= words[control.GOROUTINE_NEXT]; id++) {
    const status = words[memory.goroutine(id, g.STATUS)]
    if ((status === g.G_FREE) !== free.has(id))
      findings.add(`goroutine ${id} has status ${status} and is ${free.has(id) ? '' : 'not '}in the free list`)
    if (status === g.G_FREE) continue
    live++
    verifyStatus(memory, id, status, findings)
    const record = memory.goroutine(id, 0)
    if (words[record + g.STACK_USED] > words[record + g.STACK_SIZE])
      findings.add(
        `goroutine ${id} uses ${words[record + g.STACK_USED]} of ${words[record + g.STACK_SIZE]} words of stack`,
      )
    segments.push({ begin: words[record + g.STACK], size: words[record + g.STACK_SIZE], owner: `goroutine ${id}` })
  }
  findings.equal(words[control.GOROUTINES_LIVE], live, 'GOROUTINES_LIVE')
  findings.equal(
    words[control.GOROUTINES_STARTED] - words[control.GOROUTINES_FINISHED],
    live,
    'goroutines started − finished',
  )
  verifyRunning(memory, findings)
  verifyQueues(memory, findings)
  findings.equal(words[control.STACK_WORDS_IN_USE], sizeOf(segments), 'STACK_WORDS_IN_USE')
  verifySegments(memory, segments, findings)
}

function verifyStatus(memory: Memory, id: number, status: number, findings: Findings): void {
  const state = status & ~(g.G_SCAN | g.G_SCAN_WANTED)
  const isWanted = (status & g.G_SCAN_WANTED) !== 0
  if (state <= g.G_FREE || state > g.G_DEAD) findings.add(`goroutine ${id} has status ${status}`)
  else if ((status & g.G_SCAN) !== 0) findings.add(`goroutine ${id} is being scanned in a stopped world`)
  else if (isWanted && (state !== g.G_RUNNING || memory.phase === control.PHASE_OFF))
    findings.add(`a scan is wanted of goroutine ${id}, which is ${STATUSES[state]}, in phase ${memory.phase}`)
}

function verifyRunning(memory: Memory, findings: Findings): void {
  const { words, layout } = memory
  const running = new Set<number>()
  for (let index = 0; index < layout.procs; index++) {
    const id = words[memory.p(index, p.GOROUTINE)]
    if (id === 0) continue
    if (id < 0 || id > words[control.GOROUTINE_NEXT] || running.has(id)) {
      findings.add(`P ${index} runs goroutine ${id}, ${running.has(id) ? 'which another runs' : 'which there is not'}`)
      continue
    }
    running.add(id)
    findings.equal(words[memory.goroutine(id, g.P)], index, `the P of goroutine ${id}, which P ${index} runs`)
  }
  for (let id = 1; id <= words[control.GOROUTINE_NEXT]; id++) {
    const status = words[memory.goroutine(id, g.STATUS)] & ~(g.G_SCAN | g.G_SCAN_WANTED)
    if (status === g.G_RUNNING && !running.has(id)) findings.add(`goroutine ${id} is running, and no P runs it`)
  }
}

/** Rings, ready lists and the global queue: runnable goroutines, each in one of them. */
function verifyQueues(memory: Memory, findings: Findings): void {
  const { words, layout } = memory
  const places = new Map<number, string>()
  const note = (id: number, place: string): void => {
    const other = places.get(id)
    if (other !== undefined) findings.add(`goroutine ${id} is in ${other} and in ${place}`)
    places.set(id, place)
    const status = words[memory.goroutine(id, g.STATUS)]
    if (status !== g.G_RUNNABLE) findings.add(`goroutine ${id} is in ${place} with status ${status}`)
  }
  const global = chain(memory, words[control.GLOBAL_FIRST], 'the global queue', findings)
  for (const id of global) note(id, 'the global queue')
  findings.equal(words[control.GLOBAL_COUNT], global.size, 'GLOBAL_COUNT')
  for (let index = 0; index < layout.procs; index++) {
    for (const id of chain(memory, words[memory.p(index, p.READY)], `the ready list of P ${index}`, findings))
      note(id, `the ready list of P ${index}`)
    const tail = words[memory.p(index, p.RING_TAIL)]
    for (let at = words[memory.p(index, p.RING_HEAD)]; at !== tail; at = (at + 1) | 0)
      note(words[memory.p(index, p.RING) + (at & (p.RING_SLOTS - 1))], `the ring of P ${index}`)
  }
}

/** The goroutines of a list linked by NEXT. */
function chain(memory: Memory, first: number, list: string, findings: Findings): Set<number> {
  const { words } = memory
  const ids = new Set<number>()
  for (let id = first; id !== 0; id = words[memory.goroutine(id, g.NEXT)]) {
    if (id < 0 || id > words[control.GOROUTINE_NEXT] || ids.has(id)) {
      findings.add(`${list} comes to goroutine ${id}, ${ids.has(id) ? 'which it holds already' : 'which there is not'}`)
      break
    }
    ids.add(id)
  }
  return ids
}

function verifySegments(memory: Memory, inUse: readonly Segment[], findings: Findings): void {
  const { words, layout } = memory
  const segments = [...inUse]
  for (let log2 = 0; log2 < control.STACK_FREE_COUNT; log2++) {
    let left = words[control.STACK_NEXT] / 2 ** log2 + 1
    for (let begin = words[control.STACK_FREE + log2]; begin !== 0; begin = words[begin]) {
      segments.push({ begin, size: 2 ** log2, owner: 'a free list' })
      if (begin < layout.stacks || begin >= layout.stacks + layout.stackWords || --left < 0) break
    }
  }
  segments.sort((a, b) => a.begin - b.begin)
  let end = layout.stacks
  for (const { begin, size, owner } of segments) {
    if (begin < end)
      findings.add(`the stack at word ${begin} of ${owner} begins before word ${end}, where the one before it ends`)
    if (size < 1 << STACK_MIN_LOG2 || (size & (size - 1)) !== 0)
      findings.add(`the stack at word ${begin} of ${owner} has ${size} words`)
    end = Math.max(end, begin + size)
  }
  findings.equal(sizeOf(segments), words[control.STACK_NEXT], 'words in stacks and free segments, of those ever used')
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, segment) => sum + segment.size, 0)
}
