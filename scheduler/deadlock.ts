/** What a deadlock looks like to a person: every goroutine that is left, and what it waits for, as Go prints it. */
import { GOROUTINE_NEXT } from '../heap/layout/control.ts'
import * as g from '../heap/layout/goroutine.ts'
import type { Memory } from '../heap/memory.ts'
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

/** More goroutines than this are only counted. */
const SHOWN = 50

export function deadlockMessage(memory: Memory, nameOf: (goroutine: GoroutineId) => string): string {
  const { words } = memory
  const lines: string[] = []
  let waiting = 0
  for (let id = 1; id <= words[GOROUTINE_NEXT]; id++) {
    const record = memory.goroutine(id, 0)
    if ((words[record + g.STATUS] & ~g.G_SCAN) !== g.G_WAITING) continue
    if (++waiting > SHOWN) continue
    const on = words[record + g.WAIT_ON]
    const what = WAITS[words[record + g.WAIT_REASON]]
    lines.push(`goroutine ${id} (${nameOf(id)}) [${what}${on === 0 ? '' : ` on ${on}`}], on P ${words[record + g.P]}`)
  }
  if (waiting > SHOWN) lines.push(`… and ${waiting - SHOWN} more`)
  return `all goroutines are asleep - deadlock!\n\n${lines.join('\n')}`
}
