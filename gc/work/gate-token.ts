/**
 * The token that lets a request past a gate in which it does not fit: from the end of one mark to
 * the end of the next, one request of all Ps gets it.
 *
 *   taken      GATE_TOKEN = CYCLES_MARKED: as many marks had ended when it was last taken
 *   in line    a P's TOKEN_WANTED_AT: as many marks had ended when its request first asked; 0 if
 *              none asks
 *   first      fewer marks had ended when it asked than for any other P in line; of equals, the
 *              lowest index
 *
 * Proof that two requests never have the token of one period.
 *
 * 1. CYCLES_MARKED changes in stops only. `take` has no safepoint, so it stays within one period.
 * 2. The token goes by one compare-and-swap, from a value that is not CYCLES_MARKED to
 *    CYCLES_MARKED. Of two Ps one succeeds. Later ones find it taken.
 * 3. Within a period nobody changes it back.
 *
 * Proof that a request in line gets it, or fits, after at most as many periods as there are Ps in
 * which it asks.
 *
 * 1. A request that asks anew stands behind all that asked in earlier periods, and before all that
 *    will ask in later ones. So only requests of the same period, at most one for each other P, can
 *    ever pass it.
 * 2. In a period the token is refused to a request for one of two reasons: another has it, or
 *    another stands before it in line. A place in line may be seen after it was given up, but only
 *    until the next stop, which makes it visible.
 * 3. Whoever stands first when a period begins is seen there by all others: it asked before the
 *    stop. So nobody takes the token before it. It takes the token when it looks, or fits by then
 *    and leaves the line. Either way the line is shorter.
 */

import { compareAndSwap, load, store } from '#sync'
import type { Memory } from '../../memory/memory.ts'
import { CYCLES_MARKED, GATE_TOKEN } from '../../memory/words/control.ts'
import { TOKEN_WANTED_AT } from '../../memory/words/p.ts'

export class GateToken {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /**
   * Puts the request of that P in line, if it is not there, and takes the token for it if it can.
   * By that P, or by the actor of a stop. Returns the token's period, or 0. @nosafepoint
   */
  take(pIndex: number): number {
    const { meta } = this.memory
    const period = meta[CYCLES_MARKED]
    const wantedWord = this.memory.pWord(pIndex, TOKEN_WANTED_AT)
    if (meta[wantedWord] === 0) store(meta, wantedWord, period)
    const last = load(meta, GATE_TOKEN)
    if (last === period || !this.isFirst(pIndex)) return 0
    return compareAndSwap(meta, GATE_TOKEN, last, period) ? period : 0
  }

  /** The request of that P has passed the gate, or is given up. */
  leaveLine(pIndex: number): void {
    store(this.memory.meta, this.memory.pWord(pIndex, TOKEN_WANTED_AT), 0)
  }

  isInLine(pIndex: number): boolean {
    return this.memory.meta[this.memory.pWord(pIndex, TOKEN_WANTED_AT)] !== 0
  }

  private isFirst(pIndex: number): boolean {
    const { memory } = this
    const own = memory.meta[memory.pWord(pIndex, TOKEN_WANTED_AT)]
    for (let other = 0; other < memory.layout.procs; other++) {
      const at = load(memory.meta, memory.pWord(other, TOKEN_WANTED_AT))
      if (at !== 0 && (at < own || (at === own && other < pIndex))) return false
    }
    return true
  }
}
