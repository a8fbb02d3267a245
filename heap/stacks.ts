/**
 * Memory for shadow stacks: a buddy allocator under one lock. A segment has 2^k words, and begins
 * at a multiple of its size in the region.
 *
 *   allocate   take the smallest free segment that is large enough; halve it while half will do;
 *              if no free one is large enough, take one from the untouched end
 *   free       while the other half of the next larger segment, the buddy, is free, join the two
 *
 * A stack grows by moving to a segment of twice the size. A freed segment joins with its buddies
 * again. So what one deep goroutine has used serves a thousand flat ones after it.
 *
 * The links of a free segment are its own first words. From these words nobody can tell that a free
 * segment begins there, since a stack in use may hold the same numbers. A table beside the stacks
 * tells: it has a word for each smallest segment, which holds the power of two of the free segment
 * that begins there, else 0.
 *
 * All words here are plain and guarded by STACK_LOCK, except STACK_WORDS_IN_USE, which is atomic.
 * The words of an allocated segment belong to its goroutine.
 */

import { add } from '#sync'
import type { MetaWord } from '../memory/kinds.ts'
import { STACK_MIN_LOG2 } from '../memory/layout.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import {
  STACK_FREE,
  STACK_FREE_COUNT,
  STACK_LOCK,
  STACK_NEXT,
  STACK_WORDS_IN_USE,
} from '../memory/words/control.ts'

/** Links of a free segment: word indices, 0 for none. */
const NEXT = 0
const PREVIOUS = 1

export class Stacks {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  /** Words of the smallest segment that holds `words`. */
  static sizeFor(words: number): number {
    let size = 1 << STACK_MIN_LOG2
    while (size < words) size *= 2
    return size
  }

  /**
   * Word index of a segment of `size` words (a power of two); 0 if there is no room. Its contents
   * are not defined.
   */
  allocate(size: number): MetaWord {
    const { meta } = this.memory
    const log2 = Math.log2(size)
    let segment = 0
    lock(meta, STACK_LOCK)
    try {
      let found = log2
      while (found < STACK_FREE_COUNT && meta[STACK_FREE + found] === 0) found++
      segment = found < STACK_FREE_COUNT ? this.split(found, log2) : this.extend(log2)
    } finally {
      unlock(meta, STACK_LOCK)
    }
    if (segment !== 0) add(meta, STACK_WORDS_IN_USE, size)
    return segment
  }

  /** Frees a segment that `allocate` returned, of the same size. */
  free(segment: number, size: number): void {
    const { meta } = this.memory
    const log2 = Math.log2(size)
    lock(meta, STACK_LOCK)
    try {
      this.join(segment, log2)
    } finally {
      unlock(meta, STACK_LOCK)
    }
    add(meta, STACK_WORDS_IN_USE, -size)
  }

  /** Takes the first free segment of 2^found words, and frees all of it but its first 2^log2. */
  private split(found: MetaWord, log2: number): MetaWord {
    const segment = this.memory.meta[STACK_FREE + found]
    this.remove(segment, found)
    for (let half = found - 1; half >= log2; half--) this.insert(segment + 2 ** half, half)
    return segment
  }

  /**
   * Takes 2^log2 words from the untouched end, and frees what lies before the next multiple of
   * that; 0 if there are not that many.
   */
  private extend(log2: number): MetaWord {
    const { meta, layout } = this.memory
    const size = 2 ** log2
    const begin = Math.ceil(meta[STACK_NEXT] / size) * size
    if (begin + size > layout.stackWords) return 0
    while (meta[STACK_NEXT] < begin) {
      const next = meta[STACK_NEXT]
      // The largest power of two at which `next` is aligned. The gap ends at `begin` at the latest,
      // since `begin` is a multiple of it too.
      const gap = next & -next
      meta[STACK_NEXT] = next + gap
      this.join(layout.stacks + next, Math.log2(gap))
    }
    meta[STACK_NEXT] = begin + size
    return layout.stacks + begin
  }

  /**
   * Frees a segment. Joins it with its buddy, again and again, while the buddy is free as a whole.
   */
  private join(segment: number, log2: number): void {
    const { meta, layout } = this.memory
    let begin = segment - layout.stacks
    let joined = log2
    for (;;) {
      const buddy = begin ^ (2 ** joined)
      // What was never touched is 0 in the table, so it joins with nothing.
      if (buddy >= layout.stackWords || meta[this.entryWord(layout.stacks + buddy)] !== joined)
        break
      this.remove(layout.stacks + buddy, joined)
      begin &= buddy
      joined++
    }
    this.insert(layout.stacks + begin, joined)
  }

  /** Adds a free segment to the list of its size, and tells the table. */
  private insert(segment: number, log2: number): void {
    const { meta } = this.memory
    const head = STACK_FREE + log2
    const next = meta[head]
    meta[segment + NEXT] = next
    meta[segment + PREVIOUS] = 0
    if (next !== 0) meta[next + PREVIOUS] = segment
    meta[head] = segment
    meta[this.entryWord(segment)] = log2
  }

  /** Removes a free segment from the list of its size and from the table. */
  private remove(segment: number, log2: number): void {
    const { meta } = this.memory
    const next = meta[segment + NEXT]
    const previous = meta[segment + PREVIOUS]
    if (previous === 0) meta[STACK_FREE + log2] = next
    else meta[previous + NEXT] = next
    if (next !== 0) meta[next + PREVIOUS] = previous
    meta[this.entryWord(segment)] = 0
  }

  /** Index of the segment's word in the table. */
  private entryWord(segment: MetaWord): MetaWord {
    const { layout } = this.memory
    return layout.stackTable + ((segment - layout.stacks) >>> STACK_MIN_LOG2)
  }
}
