/**
 * A deadlock: all Ps are idle, nothing is queued anywhere, and no timer is set. So no goroutine can
 * ever run again.
 *
 * Proof that a deadlock is told only if there is one.
 * 1. IDLE_PS counts the idle Ps in its low byte, and above it how often a P has left that state.
 * 2. A P that finds IDLE_PS the same before and after its look at the queues knows that all Ps were
 *    idle in between. An idle P runs nothing and queues nothing.
 * 3. The look is at all that is shared: rings, pushes to ready lists, the global queue. The rest of
 *    a ready list is private to its P, which found it empty before it became idle.
 * 4. So all queues were empty at one moment, at which no P ran.
 * 5. A timer that was due is counted until its goroutine is queued (scheduler/timers.ts). So no
 *    goroutine is on its way from the one to the other.
 */

import { load } from '#sync'
import type { GoroutineId } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as gWords from '../memory/words/goroutine.ts'
import { READY } from '../memory/words/p.ts'
import type { RunQueues } from './run-queues.ts'

const WAITS: Readonly<Record<number, string>> = {
  [gWords.WAIT_NONE]: 'waiting',
  [gWords.WAIT_SEND]: 'channel send',
  [gWords.WAIT_RECEIVE]: 'channel receive',
  [gWords.WAIT_SELECT]: 'select',
  [gWords.WAIT_SLEEP]: 'sleep',
  [gWords.WAIT_MUTEX]: 'mutex lock',
  [gWords.WAIT_GROUP]: 'wait group',
}

const STATES: Readonly<Record<number, string>> = {
  [gWords.G_RUNNABLE]: 'runnable',
  [gWords.G_RUNNING]: 'running',
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

/** True if there is a deadlock. `idle`: IDLE_PS as this P became idle, itself included. */
export function isDeadlocked(memory: Memory, queues: RunQueues, idle: number): boolean {
  const { meta, layout } = memory
  if ((idle & control.IDLE_COUNT) !== layout.procs) return false
  if (load(meta, control.TIMERS) !== 0 || load(meta, control.GOROUTINES_LIVE) === 0) return false
  if (!queues.global.isEmpty) return false
  for (let index = 0; index < layout.procs; index++) {
    if (!queues.rings[index].isEmpty || load(meta, memory.pWord(index, READY)) !== 0) return false
  }
  return queues.ready.isEmpty && load(meta, control.IDLE_PS) === idle
}

/**
 * What goroutines do, for a person, as Go prints it: a line for each of the first `most` that live,
 * and one for the rest. It reads words that others may be changing, and stops nobody.
 */
export function describeGoroutines(
  memory: Memory,
  nameOf: (goroutine: GoroutineId) => string,
  most: number,
): string[] {
  const { meta } = memory
  const lines: string[] = []
  let live = 0
  for (let id = 1 as GoroutineId; id <= meta[control.GOROUTINE_NEXT]; id++) {
    const record = memory.goroutineWord(id, 0)
    const status = meta[record + gWords.STATUS] & ~(gWords.G_SCAN | gWords.G_SCAN_WANTED)
    if (status === gWords.G_FREE || status === gWords.G_DEAD || ++live > most) continue
    const on = meta[record + gWords.WAIT_ON]
    const wait = `${WAITS[meta[record + gWords.WAIT_REASON]]}${on === 0 ? '' : ` on ${on}`}`
    const p = meta[record + gWords.P]
    lines.push(
      `goroutine ${id} (${nameOf(id)}) [${STATES[status] ?? wait}]${p < 0 ? '' : `, on P ${p}`}`,
    )
  }
  if (live > most) lines.push(`… and ${live - most} more`)
  return lines
}
