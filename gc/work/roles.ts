/**
 * The roles of dedicated workers. The setup stop hands out some, and each is held by one P at most.
 * A role moves on instead of the goroutines that wait behind it (gc/work/workers.ts).
 *
 *   take        DEDICATED_NEEDED: CAS n → n − 1, if n > 0; own ROLE: HELD
 *   offer       own ROLE: HELD → OFFERED; DEDICATED_OFFERS + 1
 *   take over   DEDICATED_OFFERS − 1; another's ROLE: CAS OFFERED → NONE, and own ROLE: HELD; if
 *               the CAS fails, DEDICATED_OFFERS + 1
 *   give back   own ROLE: HELD → NONE, or OFFERED → NONE as above; then DEDICATED_NEEDED + 1. If it
 *               is NONE: nothing
 *
 * Proof that the roles that are needed, held or offered stay as many as the setup stop handed out.
 * 1. Only the CAS of `take` lowers DEDICATED_NEEDED, and only its winner holds a role for it.
 * 2. An offer ends by one CAS, by whichever P.
 * 3. No safepoint is within a step, so in a stopped world the sum is exact (gc/verify/control.ts).
 * 4. The setup stop makes all roles NONE. So a worker that slept into the next cycle has none to
 *    give back (as two workers once ran in Go: golang/go#13645).
 *
 * An offer is counted off before it is taken. A count too high would keep Ps looking for an offer
 * that is gone; one too low costs a look.
 */

import { add, compareAndSwap, load, store, sub } from '#sync'
import type { MetaWord } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import { DEDICATED_NEEDED, DEDICATED_OFFERS } from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'

/** @nosafepoint */
export class Roles {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly base: MetaWord

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.pIndex = pIndex
    this.base = memory.pWord(pIndex, pWords.ROLE)
  }

  /** All roles are free, `needed` of them. In the setup stop. */
  static handOut(memory: Memory, needed: number): void {
    const { meta } = memory
    store(meta, DEDICATED_NEEDED, needed)
    store(meta, DEDICATED_OFFERS, 0)
    for (let index = 0; index < memory.layout.procs; index++)
      meta[memory.pWord(index, pWords.ROLE)] = pWords.ROLE_NONE
  }

  /** True if a role could be had. A hint. */
  get areLeft(): boolean {
    return load(this.memory.meta, DEDICATED_NEEDED) > 0 || this.areOffered
  }

  /** True if a worker would hand its role over. A hint. */
  get areOffered(): boolean {
    return load(this.memory.meta, DEDICATED_OFFERS) > 0
  }

  /**
   * True if this P has a role that it has not offered. A plain load: while it is HELD only its P
   * changes the word.
   */
  get isHeld(): boolean {
    return this.memory.meta[this.base] === pWords.ROLE_HELD
  }

  /** True if this P has none, or none any more. */
  get isGone(): boolean {
    return load(this.memory.meta, this.base) === pWords.ROLE_NONE
  }

  take(): boolean {
    const { meta } = this.memory
    for (;;) {
      const needed = load(meta, DEDICATED_NEEDED)
      if (needed <= 0) return false
      if (compareAndSwap(meta, DEDICATED_NEEDED, needed, needed - 1)) break
    }
    store(meta, this.base, pWords.ROLE_HELD)
    return true
  }

  /** Another P may have this one's role from now on. */
  offer(): void {
    store(this.memory.meta, this.base, pWords.ROLE_OFFERED)
    add(this.memory.meta, DEDICATED_OFFERS, 1)
    this.memory.faults.pass('dedicated-worker/offer')
  }

  /** Takes a role that another P offers. */
  takeOver(): boolean {
    for (let index = 0; index < this.memory.layout.procs; index++) {
      if (index === this.pIndex || !this.endOffer(index)) continue
      store(this.memory.meta, this.base, pWords.ROLE_HELD)
      return true
    }
    return false
  }

  giveBack(): void {
    const { meta } = this.memory
    if (this.isHeld) store(meta, this.base, pWords.ROLE_NONE)
    else if (!this.endOffer(this.pIndex)) return
    add(meta, DEDICATED_NEEDED, 1)
  }

  /** True if P `index` offers its role, and it is the caller's now. */
  private endOffer(index: number): boolean {
    const { meta } = this.memory
    const roleWord = this.memory.pWord(index, pWords.ROLE)
    // A plain look, for speed: the swap decides, and a P that misses an offer here finds it at its
    // next look.
    if (meta[roleWord] !== pWords.ROLE_OFFERED) return false
    sub(meta, DEDICATED_OFFERS, 1)
    this.memory.faults.pass('dedicated-worker/take')
    if (compareAndSwap(meta, roleWord, pWords.ROLE_OFFERED, pWords.ROLE_NONE)) return true
    add(meta, DEDICATED_OFFERS, 1)
    return false
  }
}
