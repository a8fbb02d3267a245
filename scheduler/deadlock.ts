/**
 * A deadlock: all Ps are idle, nothing is queued anywhere, and no timer runs. So no goroutine can
 * ever run again.
 *
 * Proof that a deadlock is told only if there is one. IDLE_PS counts the idle Ps, and above them
 * how often a P has left that state. If it is the same before and after the look at the queues, no
 * P has run anything meanwhile. So the queues were all empty at one moment.
 */
import { load } from '#sync'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as g from '../memory/words/goroutine.ts'
import { READY } from '../memory/words/p.ts'
import type { GoroutineId } from './goroutines.ts'
import type { RunQueues } from './run-queues.ts'

const WAITS: Readonly<Record<number, string>> = {
  [g.WAIT_NONE]: 'waiting',
  [g.WAIT_SEND]: 'channel send',
  [g.WAIT_RECEIVE]: 'channel receive',
  [g.WAIT_SELECT]: 'select',
  [g.WAIT_SLEEP]: 'sleep',
  [g.WAIT_MUTEX]: 'mutex lock',
  [g.WAIT_GROUP]: 'wait group',
}

const STATES: Readonly<Record<number, string>> = {
  [g.G_RUNNABLE]: 'runnable',
  [g.G_RUNNING]: 'running',
}

/** More goroutines than this are only counted in a deadlock's message. */
const SHOWN = 50

/** Every goroutine waits for another. */
export class DeadlockError extends Error {
  override name = 'DeadlockError'

  constructor(memory: Memory, nameOf: (goroutine: GoroutineId) => string) {
    super(
      `all goroutines are asleep - deadlock!\n\n${describeGoroutines(memory, nameOf, SHOWN).join('\n')}`,
    )
  }
}

/** `idle`: IDLE_PS as this P became idle. */
export function isDeadlocked(memory: Memory, queues: RunQueues, idle: number): boolean {
  const { words, layout } = memory
  if ((idle & control.IDLE_COUNT) !== layout.procs) return false
  if (load(words, control.TIMERS) !== 0 || load(words, control.GOROUTINES_LIVE) === 0) return false
  if (!queues.global.isEmpty) return false
  for (let index = 0; index < layout.procs; index++) {
    if (!queues.rings[index].isEmpty || load(words, memory.p(index, READY)) !== 0) return false
  }
  return queues.ready.isEmpty && load(words, control.IDLE_PS) === idle
}

/**
 * What goroutines do, for a person, as Go prints it: a line for each of the first `most` that live,
 * and one for the rest. It is read without stopping anybody.
 */
export function describeGoroutines(
  memory: Memory,
  nameOf: (goroutine: GoroutineId) => string,
  most: number,
): string[] {
  const { words } = memory
  const lines: string[] = []
  let live = 0
  for (let id = 1; id <= words[control.GOROUTINE_NEXT]; id++) {
    const record = memory.goroutine(id, 0)
    const status = words[record + g.STATUS] & ~(g.G_SCAN | g.G_SCAN_WANTED)
    if (status === g.G_FREE || status === g.G_DEAD || ++live > most) continue
    const on = words[record + g.WAIT_ON]
    const wait = `${WAITS[words[record + g.WAIT_REASON]]}${on === 0 ? '' : ` on ${on}`}`
    const p = words[record + g.P]
    lines.push(
      `goroutine ${id} (${nameOf(id)}) [${STATES[status] ?? wait}]${p < 0 ? '' : `, on P ${p}`}`,
    )
  }
  if (live > most) lines.push(`… and ${live - most} more`)
  return lines
}
