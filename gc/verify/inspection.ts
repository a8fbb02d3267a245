/**
 * One verification: the memory that it reads, the two words that most rules depend on, and what it
 * has found so far. A rule that finds a disagreement notes it and goes on, so that a message shows
 * a pattern and not only its first symptom.
 */

import type { MetaWords, SpanId } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import { HEAP_SWEEP_GENERATION, PHASE } from '../../memory/words/control.ts'
import * as span from '../../memory/words/span.ts'
import { BreachError } from './breach.ts'

/** This many disagreements show a person the pattern. More would only hide it. */
const MOST_FINDINGS = 5

export class Inspection {
  readonly memory: Memory
  readonly meta: MetaWords
  /** PHASE and HEAP_SWEEP_GENERATION as they are in this stop. */
  readonly phase: number
  readonly generation: number
  private readonly findings: string[] = []

  constructor(memory: Memory) {
    this.memory = memory
    this.meta = memory.meta
    this.phase = memory.meta[PHASE]
    this.generation = memory.meta[HEAP_SWEEP_GENERATION]
  }

  get isClean(): boolean {
    return this.findings.length === 0
  }

  /** Notes a disagreement. Throws once there are enough of them. */
  found(finding: string): void {
    this.findings.push(finding)
    if (this.findings.length === MOST_FINDINGS) this.conclude()
  }

  /** For words that have one right value. */
  expect(what: string, found: number, must: number): void {
    if (found !== must) this.found(`${what} is ${found}, must be ${must}`)
  }

  /** For words that have a range. */
  expectWithin(what: string, found: number, least: number, most: number): void {
    if (!(found >= least && found <= most))
      this.found(`${what} is ${found}, must be ${least} to ${most}`)
  }

  /** Throws a BreachError that lists what was found, if anything was. */
  conclude(): void {
    if (this.isClean) return
    const list = this.findings.map(finding => `\n  ${finding}`).join('')
    throw new BreachError(`verify: the heap disagrees with itself:${list}`)
  }

  /** A word of a span's record. */
  span(id: SpanId, word: number): number {
    return this.meta[this.memory.layout.spans + id * span.WORDS + word]
  }
}
