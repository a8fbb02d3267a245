/**
 * The roles of dedicated workers. The setup stop hands out a number of them, and each is held by
 * one P at most. A role moves to another P instead of the goroutines that wait behind it
 * (gc/work/workers.ts).
 *
 *   take        DEDICATED_NEEDED: CAS n → n − 1, if n > 0; own ROLE: HELD
 *   offer       own ROLE: HELD → OFFERED; DEDICATED_OFFERS + 1
 *   take over   DEDICATED_OFFERS − 1; another's ROLE: CAS OFFERED → NONE, and own ROLE: HELD; if
 *               the CAS fails, DEDICATED_OFFERS + 1
 *   give back   own ROLE: HELD → NONE, or OFFERED → NONE as above; then DEDICATED_NEEDED + 1. If it
 *               is NONE: nothing
 *
 * Proof that roles needed, held and offered together stay as many as the setup stop handed out.
 *
 * 1. Only the CAS of `take` lowers DEDICATED_NEEDED, and only its winner holds a role for it.
 * 2. An offer ends by one CAS: either another P takes the role, or the P that offers takes it back.
 * 3. No safepoint is within a step, so in a stopped world the sum is exact (gc/verify/control.ts).
 * 4. The setup stop makes all roles NONE. So a worker that slept into the next cycle has no role to
 *    give back. (In Go two workers once ran that way: golang/go#13645.)
 *
 * An offer is counted off before it is taken. So DEDICATED_OFFERS may be too low for a moment,
 * which costs a look. If it were too high for long, Ps would look for an offer that is gone.
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
  private readonly roleWord: MetaWord

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.pIndex = pIndex
    this.roleWord = memory.pWord(pIndex, pWords.ROLE)
  }

  /** Hands out `needed` roles; no P holds one. In the setup stop. */
  static handOut(memory: Memory, needed: number): void {
    const { meta } = memory
    store(meta, DEDICATED_NEEDED, needed)
    store(meta, DEDICATED_OFFERS, 0)
    for (let index = 0; index < memory.layout.procs; index++)
      meta[memory.pWord(index, pWords.ROLE)] = pWords.ROLE_NONE
  }

  /** True if a role may be taken. A hint. */
  get areLeft(): boolean {
    return load(this.memory.meta, DEDICATED_NEEDED) > 0 || this.areOffered
  }

  /** True if a worker may hand its role over. A hint. */
  get areOffered(): boolean {
    return load(this.memory.meta, DEDICATED_OFFERS) > 0
  }

  /**
   * True if this P has a role and has not offered it. A plain load: while the role is HELD, only
   * its P changes the word.
   */
  get isHeld(): boolean {
    return this.memory.meta[this.roleWord] === pWords.ROLE_HELD
  }

  /** True if this P has no role, or has none any more. */
  get isGone(): boolean {
    return load(this.memory.meta, this.roleWord) === pWords.ROLE_NONE
  }

  take(): boolean {
    const { meta } = this.memory
    for (;;) {
      const needed = load(meta, DEDICATED_NEEDED)
      if (needed <= 0) return false
      if (compareAndSwap(meta, DEDICATED_NEEDED, needed, needed - 1)) break
    }
    store(meta, this.roleWord, pWords.ROLE_HELD)
    return true
  }

  /** From now on another P may take the role of this P. */
  offer(): void {
    store(this.memory.meta, this.roleWord, pWords.ROLE_OFFERED)
    add(this.memory.meta, DEDICATED_OFFERS, 1)
    this.memory.faults.pass('dedicated-worker/offer')
  }

  /** Takes a role that another P offers. */
  takeOver(): boolean {
    for (let index = 0; index < this.memory.layout.procs; index++) {
      if (index === this.pIndex || !this.endOffer(index)) continue
      store(this.memory.meta, this.roleWord, pWords.ROLE_HELD)
      return true
    }
    return false
  }

  giveBack(): void {
    const { meta } = this.memory
    if (this.isHeld) store(meta, this.roleWord, pWords.ROLE_NONE)
    else if (!this.endOffer(this.pIndex)) return
    add(meta, DEDICATED_NEEDED, 1)
  }

  /** True if P `index` offers its role, and it is the caller's now. */
  private endOffer(index: number): boolean {
    const { meta } = this.memory
    const roleWord = this.memory.pWord(index, pWords.ROLE)
    // A plain load, for speed. The CAS decides, and a P that misses an offer here finds it at its
    // next look.
    if (meta[roleWord] !== pWords.ROLE_OFFERED) return false
    sub(meta, DEDICATED_OFFERS, 1)
    this.memory.faults.pass('dedicated-worker/take')
    if (compareAndSwap(meta, roleWord, pWords.ROLE_OFFERED, pWords.ROLE_NONE)) return true
    add(meta, DEDICATED_OFFERS, 1)
    return false
  }
}
