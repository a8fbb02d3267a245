/** What each P does at this moment, as far as shared memory tells: for who wants to know why a run does not end. Read without stopping anybody. */

import { load } from '#sync'
import type { GoroutineId } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import * as pWords from '../../memory/words/p.ts'
import { raisedReason } from '../../scheduler/stop.ts'

const STATUS: Readonly<Record<number, string>> = {
  [pWords.STATUS_ABSENT]: 'absent',
  [pWords.STATUS_RUNNING]: 'running',
  [pWords.STATUS_WAITING]: 'waiting',
}
/** What the P is said to do. */
export const ACTIVITY: Readonly<Record<number, string>> = {
  [pWords.ACTIVITY_SCHEDULING]: 'schedules',
  [pWords.ACTIVITY_GOROUTINE]: 'runs a goroutine',
  [pWords.ACTIVITY_MARKING]: 'marks',
  [pWords.ACTIVITY_COPYING]: 'copies for its goroutine',
  [pWords.ACTIVITY_TERMINATING]: 'terminates the mark',
  [pWords.ACTIVITY_STOPPED]: 'is stopped',
  [pWords.ACTIVITY_SLEEPING]: 'sleeps',
  [pWords.ACTIVITY_PRINTING]: 'waits for the reader of its output',
}
const POLL: readonly (readonly [bit: number, what: string])[] = [
  [pWords.POLL_STOP, 'stop'],
  [pWords.POLL_FLUSH, 'flush'],
  [pWords.POLL_SCAN, 'scan'],
  [pWords.POLL_END, 'end'],
]
/** Words of the collector and the scheduler that say what is waited for. */
const SHARED: readonly (readonly [name: string, word: number])[] = [
  ['phase', control.PHASE],
  ['cycles', control.CYCLES],
  ['drainers', control.DRAINERS],
  ['full work buffers', control.WORK_FULL_COUNT],
  ['grey spans', control.GREY_SPANS],
  ['terminator', control.TERMINATOR],
  ['waiting assists', control.ASSIST_COUNT],
  ['sweepers', control.SWEEPERS],
  ['goroutines', control.GOROUTINES_LIVE],
  ['timers', control.TIMERS],
]

/** A line for each P, and one for what they share. `nameOf`: of a goroutine. */
export function describePs(memory: Memory, nameOf: (goroutine: number) => string): string[] {
  const { meta, layout } = memory
  const shared = SHARED.map(([name, word]) => `${name} ${load(meta, word)}`).join(', ')
  const lines = [`stop raised: ${raisedReason(memory)}, ${shared}`]
  for (let index = 0; index < layout.procs; index++) {
    const word = (name: number): number => load(meta, memory.pWord(index, name))
    const poll = word(pWords.POLL)
    const asked = POLL.filter(([bit]) => (poll & bit) !== 0).map(([, what]) => what)
    const goroutine = word(pWords.GOROUTINE) as GoroutineId
    const runs =
      goroutine === 0
        ? 'no goroutine'
        : `goroutine ${goroutine} (${nameOf(goroutine)}), status ${load(meta, memory.goroutineWord(goroutine, gWords.STATUS))}`
    lines.push(
      `P ${index} ${ACTIVITY[word(pWords.ACTIVITY)] ?? 'does what it should not'} (${STATUS[word(pWords.STATUS)] ?? word(pWords.STATUS)}): ${runs}, asked for: ${asked.join(', ') || 'nothing'}`,
    )
  }
  return lines
}
