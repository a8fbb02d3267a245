/**
 * The shadow stack of the goroutine that runs on this P: the references that it keeps, one word
 * each.
 *
 *   base ▒▒▒▒▒▒▒▒▒▒ top        limit       words below top are roots; the others are not looked at
 *
 * While a goroutine runs, only the goroutine writes to its stack. Where only its own P scans that
 * stack then, it needs no write barrier:
 *
 * 1. Until the stack is scanned it is grey: the scan finds every reference on it.
 * 2. After the scan, the goroutine can push a reference that it had, that it allocated, or that it
 *    loaded from the heap.
 * 3. The scan has found the references that it had. An object that it allocates is black.
 * 4. A reference that it loads was in the heap. It leaves the heap only through the deletion shade
 *    (gc/mark/barrier.ts). So the mark finds it, or the shade does.
 *
 * Where any P may scan it (`--stack-scans any`), a reference that is put there is shaded too
 * (gc/mark/remote-scan.ts). `push` does so; `keep` and `setLocal` of the programming interface,
 * which store by themselves, do so too.
 *
 * While the goroutine waits, another P may write a received reference into its stack. That P uses
 * the barrier (scheduler/channel.ts).
 *
 * Base, top and limit are fields of this object and no shared words, since `keep` is hot. The P
 * saves the top to the goroutine's record before another P may look: when the P stops or sleeps,
 * when it is asked for a scan, and when the goroutine parks.
 */

import { add, step, store } from '#sync'
import type { Addr, GoroutineId, MetaWords } from '../memory/kinds.ts'
import type { Memory } from '../memory/memory.ts'
import { probeStack } from '../memory/stack-probe.ts'
import * as gWords from '../memory/words/goroutine.ts'
import type { Stacks } from './stacks.ts'

/** What shades a reference that is put on a stack, where it must be shaded. */
export interface PushShade {
  shadePushed(reference: Addr): void
}

/** @nosafepoint */
export class ShadowStack {
  readonly meta: MetaWords
  private readonly memory: Memory
  private readonly stacks: Stacks
  private readonly barrier: PushShade
  private goroutine = 0
  base = 0
  top = 0
  limit = 0

  constructor(memory: Memory, stacks: Stacks, barrier: PushShade) {
    this.meta = memory.meta
    this.memory = memory
    this.stacks = stacks
    this.barrier = barrier
  }

  /** Makes the stack of a goroutine that this P is about to run the current one. */
  load(goroutine: GoroutineId): void {
    const record = this.memory.goroutineWord(goroutine, 0)
    this.goroutine = goroutine
    this.base = this.meta[record + gWords.STACK]
    this.top = this.base + this.meta[record + gWords.STACK_USED]
    this.limit = this.base + this.meta[record + gWords.STACK_SIZE]
  }

  /**
   * Stores how much is in use in the goroutine's record. Atomic: under `--stack-scans any` a P that
   * finds it must find the words below it (gc/mark/remote-scan.ts).
   */
  save(): void {
    if (this.goroutine !== 0)
      store(
        this.meta,
        this.memory.goroutineWord(this.goroutine as GoroutineId, gWords.STACK_USED),
        this.top - this.base,
      )
  }

  /** Forgets the goroutine. Its top must have been saved. */
  unload(): void {
    this.goroutine = 0
    this.base = 0
    this.top = 0
    this.limit = 0
  }

  /** Pushes a reference, and shades it if it must be. The stack grows if it is full. */
  push(reference: Addr): void {
    // If the value is no number, it throws or is converted here, before a slot is taken.
    reference = +reference as Addr
    if (this.top === this.limit) this.grow()
    this.barrier.shadePushed(reference)
    this.meta[this.top] = reference
    this.top++
  }

  /**
   * Moves the stack to a segment of twice the size. Throws a RangeError if there is no room for it.
   */
  private grow(): void {
    // Where only its owner scans a running stack, none is scanned while it moves: no safepoint is
    // in this function. Where any P may, the order of these stores matters.
    probeStack()
    const size = this.limit - this.base
    const segment = this.stacks.allocate(size * 2)
    if (segment === 0) {
      throw new RangeError(
        `out of memory: a shadow stack cannot grow beyond ${size} references; all ${this.memory.layout.stackWords} words for stacks are in use`,
      )
    }
    const record = this.memory.goroutineWord(this.goroutine as GoroutineId, 0)
    this.meta.copyWithin(segment, this.base, this.top)
    step('stack/copied')
    store(this.meta, record + gWords.STACK, segment)
    this.meta[record + gWords.STACK_SIZE] = size * 2
    add(this.meta, record + gWords.SEGMENTS_FREED, 1)
    this.stacks.free(this.base, size)
    this.top = segment + (this.top - this.base)
    this.base = segment
    this.limit = segment + size * 2
  }
}
