/**
 * The heap verifier: in a stopped world every word that can be computed from others is, and must agree. It changes nothing and imports
 * nothing of the collector: what both believed would never be found.
 *
 *   pages      the page table, spans, free runs                (pages.ts)
 *   spans      lists, caches, mark bytes, counters             (spans.ts)
 *   marking    work buffers, the assist queue, who is at work  (work.ts)
 *   tasks      goroutines, stacks, run queues                  (goroutines.ts)
 *   colours    while a cycle marks: the tricolour invariant    (tri-colour.ts)
 */
import { PHASE_MARK } from '../heap/layout/control.ts'
import type { Memory } from '../heap/memory.ts'
import { Findings } from './findings.ts'
import { verifyGoroutines } from './goroutines.ts'
import { verifyPages } from './pages.ts'
import { SpanRules } from './spans.ts'
import { TriColour } from './tri-colour.ts'
import { verifyWork } from './work.ts'

/** Throws a BreachError if anything disagrees. `when` names the point of the cycle in its message. The world is stopped, and every P has published. */
export function verifyHeap(memory: Memory, when: string): void {
  const findings = new Findings()
  const ids = verifyPages(memory, findings)
  new SpanRules(memory, findings).verify(ids)
  verifyWork(memory, findings)
  verifyGoroutines(memory, findings)
  // A heap whose structure is broken cannot be walked.
  findings.throwIfAny(when)
  if (memory.phase === PHASE_MARK) new TriColour(memory, findings).verify(ids)
  findings.throwIfAny(when)
}
