/**
 * What goroutines do, for a person, as Go prints them: all that are left in a deadlock, or those
 * that live at any moment. It is read without stopping anybody.
 */

import type { Memory } from '../memory/memory.ts'
import { GOROUTINE_NEXT } from '../memory/words/control.ts'
import * as g from '../memory/words/goroutine.ts'
import type { GoroutineId } from './goroutines.ts'

const WAITS: Readonly<Record<number, string>> = {
  [g.WAIT_NONE]: 'waiting',
  [g.WAIT_SEND]: 'channel send',
  [g.WAIT_RECEIVE]: 'channel receive',
  [g.WAIT_SELECT]: 'select',
  [g.WAIT_SLEEP]: 'sleep',
  [g.WAIT_MUTEX]: 'mutex lock',
  [g.WAIT_GROUP]: 'wait group',
}

const STATES: Readonly<Record<number, string>> = { [g.G_RUNNABLE]: 'runnable', [g.G_RUNNING]: 'running' }

/** More goroutines than this are only counted in a deadlock's message. */
const SHOWN = 50

/** Every goroutine waits for another. */
export class DeadlockError extends Error {
  override name = 'DeadlockError'

  constructor(memory: Memory, nameOf: (goroutine: GoroutineId) => string) {
    super(`all goroutines are asleep - deadlock!\n\n${describeGoroutines(memory, nameOf, SHOWN).join('\n')}`)
  }
}

/** A line for each of the first `most` goroutines that live, and one for the rest. */
export function describeGoroutines(memory: Memory, nameOf: (goroutine: GoroutineId) => string, most: number): string[] {
  const { words } = memory
  const lines: string[] = []
  let live = 0
  for (let id = 1; id <= words[GOROUTINE_NEXT]; id++) {
    const record = memory.goroutine(id, 0)
    const status = words[record + g.STATUS] & ~(g.G_SCAN | g.G_SCAN_WANTED)
    if (status === g.G_FREE || status === g.G_DEAD || ++live > most) continue
    const on = words[record + g.WAIT_ON]
    const wait = `${WAITS[words[record + g.WAIT_REASON]]}${on === 0 ? '' : ` on ${on}`}`
    const p = words[record + g.P]
    lines.push(`goroutine ${id} (${nameOf(id)}) [${STATES[status] ?? wait}]${p < 0 ? '' : `, on P ${p}`}`)
  }
  if (live > most) lines.push(`… and ${live - most} more`)
  return lines
}
