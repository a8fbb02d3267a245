/**
 * Memory for shadow stacks: segments of 2^k words, free lists per size, under one lock. A stack grows by moving to a segment of
 * twice the size, and its old one serves another goroutine. Segments are not joined again: their sum is at most twice the peak.
 */
import { add } from '#sync'
import { STACK_FREE, STACK_LOCK, STACK_NEXT, STACK_WORDS_IN_USE } from './layout/control.ts'
import { STACK_MIN_LOG2 } from './layout/layout.ts'
import { lock, unlock } from './lock.ts'
import type { Memory } from './memory.ts'

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

  /** Word index of a segment of `size` words (a power of two); 0 if the stack region is full. Its contents are not defined. */
  allocate(size: number): number {
    const { words, layout } = this.memory
    let segment = 0
    lock(words, STACK_LOCK)
    try {
      const head = STACK_FREE + Math.log2(size)
      segment = words[head]
      if (segment !== 0) words[head] = words[segment]
      else if (words[STACK_NEXT] + size <= layout.stackWords) {
        segment = layout.stacks + words[STACK_NEXT]
        words[STACK_NEXT] += size
      }
    } finally {
      unlock(words, STACK_LOCK)
    }
    if (segment !== 0) add(words, STACK_WORDS_IN_USE, size)
    return segment
  }

  free(segment: number, size: number): void {
    const { words } = this.memory
    lock(words, STACK_LOCK)
    try {
      const head = STACK_FREE + Math.log2(size)
      words[segment] = words[head]
      words[head] = segment
    } finally {
      unlock(words, STACK_LOCK)
    }
    add(words, STACK_WORDS_IN_USE, -size)
  }
}
