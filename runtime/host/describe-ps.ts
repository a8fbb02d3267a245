/** What each P does at this moment, as far as shared memory tells: for who wants to know why a run does not end. Read without stopping anybody. */
import { load } from '#sync'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as g from '../../memory/words/goroutine.ts'
import * as p from '../../memory/words/p.ts'
import { raisedReason } from '../../scheduler/stop.ts'

const STATUS: Readonly<Record<number, string>> = {
  [p.STATUS_ABSENT]: 'absent',
  [p.STATUS_RUNNING]: 'running',
  [p.STATUS_WAITING]: 'waiting',
}
/** What the P is said to do. */
export const ACTIVITY: Readonly<Record<number, string>> = {
  [p.ACTIVITY_SCHEDULING]: 'schedules',
  [p.ACTIVITY_GOROUTINE]: 'runs a goroutine',
  [p.ACTIVITY_MARKING]: 'marks',
  [p.ACTIVITY_COPYING]: 'copies for its goroutine',
  [p.ACTIVITY_TERMINATING]: 'terminates the mark',
  [p.ACTIVITY_STOPPED]: 'is stopped',
  [p.ACTIVITY_SLEEPING]: 'sleeps',
  [p.ACTIVITY_PRINTING]: 'waits for the reader of its output',
}
const POLL: readonly (readonly [bit: number, what: string])[] = [
  [p.POLL_STOP, 'stop'],
  [p.POLL_FLUSH, 'flush'],
  [p.POLL_SCAN, 'scan'],
  [p.POLL_END, 'end'],
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
  const { words, layout } = memory
  const shared = SHARED.map(([name, word]) => `${name} ${load(words, word)}`).join(', ')
  const lines = [`stop raised: ${raisedReason(memory)}, ${shared}`]
  for (let index = 0; index < layout.procs; index++) {
    const word = (name: number): number => load(words, memory.p(index, name))
    const poll = word(p.POLL)
    const asked = POLL.filter(([bit]) => (poll & bit) !== 0).map(([, what]) => what)
    const goroutine = word(p.GOROUTINE)
    const runs =
      goroutine === 0
        ? 'no goroutine'
        : `goroutine ${goroutine} (${nameOf(goroutine)}), status ${load(words, memory.goroutine(goroutine, g.STATUS))}`
    lines.push(
      `P ${index} ${ACTIVITY[word(p.ACTIVITY)] ?? 'does what it should not'} (${STATUS[word(p.STATUS)] ?? word(p.STATUS)}): ${runs}, asked for: ${asked.join(', ') || 'nothing'}`,
    )
  }
  return lines
}
