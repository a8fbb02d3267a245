/**
 * The heap verifier: whether every span, list, mark byte and counter in shared memory agrees with
 * the others.
 *
 *   1  control words: what the phase implies; locks, sweepers           control.ts
 *   2  pages: spans and free runs cover the arena                       pages.ts
 *   3  holders: each span is in one list or one cache                   holders.ts
 *   4  spans: mark bytes against records; sums against the counters     spans.ts
 *   5  work buffers and barrier buffers                                 work.ts
 *   6  goroutines, stacks, queues, wait records                         goroutines.ts, queues.ts
 *   7  while marking, if all of that is sound: the tri-colour invariant tri-colour.ts
 *
 * The order is that of trust: a rule relies only on rules before it. A span is found by its pages,
 * an object by its span, and a path through objects only by all of that.
 *
 * It imports only memory/ and heap/, and of heap/ little but the layout. So it does not share the
 * mistakes that it looks for.
 *
 * It needs a stopped world in which every P has published what it holds: its work buffers and the
 * height of its stack. Then all rules are exact, in every phase. The stops of a cycle call it under
 * `--check` (gc/cycle.ts), and so do tests wherever they stop a world.
 */

import type { Memory } from '../../memory/memory.ts'
import {
  CYCLES,
  EXPECTED_SCAN_WORK,
  GOROUTINE_NEXT,
  PAGES_END,
  PHASE_MARK,
  VERIFY_AT,
} from '../../memory/words/control.ts'
import { verifyControl } from './control.ts'
import { verifyGoroutines } from './goroutines.ts'
import { locateSpans } from './holders.ts'
import { Inspection } from './inspection.ts'
import { verifyPages } from './pages.ts'
import { verifyQueues } from './queues.ts'
import { verifySpans } from './spans.ts'
import { verifyTriColour } from './tri-colour.ts'
import { verifyWork } from './work.ts'

/**
 * A heap of up to this many pages is verified in each cycle. A heap n times as large is verified in
 * each nth cycle, so that the share of time does not grow with the heap.
 */
const PAGES_EACH_CYCLE = 1024
/** This many goroutines take as long as a page. */
const GOROUTINES_PER_PAGE = 16

/** Throws a BreachError that names the first disagreements. */
export function verifyHeap(memory: Memory): void {
  const inspection = new Inspection(memory)
  verifyControl(inspection)
  const inUse = verifyPages(inspection)
  const holders = locateSpans(inspection, inUse)
  verifySpans(inspection, holders)
  const grey = verifyWork(inspection)
  verifyGoroutines(inspection)
  verifyQueues(inspection)
  if (inspection.phase === PHASE_MARK && inspection.isClean)
    verifyTriColour(inspection, inUse, grey)
  inspection.conclude()
}

/** True if the heap must be verified in this cycle, by its size. */
export function isVerificationDue(memory: Memory): boolean {
  const { meta } = memory
  const pages = meta[PAGES_END] + meta[GOROUTINE_NEXT] / GOROUTINES_PER_PAGE
  return meta[CYCLES] % Math.ceil(pages / PAGES_EACH_CYCLE) === 0
}

/**
 * Sets after how much scan work the mark is stopped to be verified. In the setup stop. The share of
 * the expected work differs from cycle to cycle, and is the same in each run: the multiples of the
 * golden ratio, modulo 1, come near to every share.
 */
export function planVerification(memory: Memory): void {
  const { meta } = memory
  const share = (meta[CYCLES] * 0.6180339887498949) % 1
  meta[VERIFY_AT] = isVerificationDue(memory)
    ? 1 + Math.floor(share * memory.get(EXPECTED_SCAN_WORK))
    : 0
}
