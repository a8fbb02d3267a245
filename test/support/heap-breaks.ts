// Breaking a sound heap: a test of the verifier writes something wrong into a grown world, and says
// what the verifier must answer.

import { expect, test } from 'vitest'
import { BreachError } from '../../gc/verify/breach.ts'
import { verifyHeap } from '../../gc/verify/verify-heap.ts'
import type { Addr, GoroutineId, Marks, MetaDoubles, MetaWords } from '../../memory/kinds.ts'
import { PAGE_SHIFT } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import { type GrownPhase, type GrownWorld, growWorld } from './grown-world.ts'

/** Names of things in a grown world, as word indices. */
export class Words {
  readonly grown: GrownWorld
  readonly meta: MetaWords
  readonly marks: Marks
  readonly metaF64: MetaDoubles

  constructor(grown: GrownWorld) {
    this.grown = grown
    this.meta = grown.world.meta
    this.marks = grown.world.memory.marks
    this.metaF64 = grown.world.memory.metaF64
  }

  get layout(): GrownWorld['world']['memory']['layout'] {
    return this.grown.world.memory.layout
  }

  /** The span that holds an object. */
  spanOf(object: Addr): number {
    return this.meta[this.layout.pageSpan + (object >>> PAGE_SHIFT)]
  }

  span(id: number, word: number): number {
    return this.layout.spans + id * span.WORDS + word
  }

  /** A word of the span of the first kept node. The span is in a list, full or not. */
  listed(word: number): number {
    return this.span(this.spanOf(this.grown.kept[0]), word)
  }

  /** A word of the large object’s span. */
  large(word: number): number {
    return this.span(this.spanOf(this.grown.large), word)
  }

  /** The span that P 0 caches for nodes, and the words of that cache. */
  cache(word: number): number {
    const spanClass = this.meta[this.listed(span.CLASS)]
    return this.grown.world.memory.pWord(0, pWords.CACHE + spanClass * pWords.CACHE_WORDS + word)
  }

  cached(word: number): number {
    return this.span(this.meta[this.cache(pWords.SPAN)], word)
  }

  /** Makes sure that P 0 caches a span for nodes, with a run. */
  fillCache(): void {
    this.grown.p.make(this.grown.Node)
  }

  p(word: number, index = 0): number {
    return this.grown.world.memory.pWord(index, word)
  }

  goroutine(word: number, id: number = this.grown.parked): number {
    return this.grown.world.memory.goroutineWord(id as GoroutineId, word)
  }

  /** First page of the free run between the large objects. */
  get gap(): number {
    for (let page = this.spanOf(this.grown.large); ; page++)
      if (this.meta[this.layout.pageSpan + page] === 0) return page
  }

  /** First page of the last free run. */
  get rest(): number {
    let page = this.layout.pages - 1
    page -= this.meta[this.layout.pageRun + page] - 1
    return page
  }

  get buffer(): number {
    return this.meta[control.WORK_FULL]
  }
}

interface Break {
  /** @defaultValue 'off' */
  readonly phase?: GrownPhase
  readonly what: (w: Words) => void
  readonly says: RegExp
}

export const add = (index: (w: Words) => number, by: number) => (w: Words) => {
  w.meta[index(w)] += by
}
export const set =
  (index: (w: Words) => number, value: number | ((w: Words) => number)) => (w: Words) => {
    w.meta[index(w)] = typeof value === 'number' ? value : value(w)
  }
export const word = (index: number) => () => index

/** Declares a test for each, named by what is broken: the verifier finds it. */
export function testBreaks(breaks: Readonly<Record<string, Break>>): void {
  test.each(Object.keys(breaks))('it finds what is broken: %s', name => {
    const { phase = 'off', what, says } = breaks[name]
    const grown = growWorld(phase)
    what(new Words(grown))
    const found = complaintOf(() => verifyHeap(grown.world.memory))
    expect(found).toBeInstanceOf(BreachError)
    expect(found?.message).toMatch(says)
  })
}

export function complaintOf(verify: () => void): Error | undefined {
  try {
    verify()
  } catch (error) {
    return error as Error
  }
  return undefined
}
