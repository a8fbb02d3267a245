/**
 * The heap verifier: in a stopped world every word that can be computed from others is, and must agree. It changes nothing and imports
 * nothing of the collector: what both believed would never be found.
 *
 *   pages      the page table, spans, free runs                (pages.ts)
 *   spans      lists, caches, mark bytes, counters             (spans.ts)
 */
import type { Memory } from '../heap/memory.ts'
import { Findings } from './findings.ts'
import { verifyPages } from './pages.ts'
import { SpanRules } from './spans.ts'

/** Throws a BreachError if anything disagrees. `when` names the point of the cycle in its message. The world is stopped, and every P has published. */
export function verifyHeap(memory: Memory, when: string): void {
  const findings = new Findings()
  const ids = verifyPages(memory, findings)
  new SpanRules(memory, findings).verify(ids)
  findings.throwIfAny(when)
}
