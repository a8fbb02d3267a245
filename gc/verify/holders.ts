/**
 * Who holds each span in use. In a stopped world there are three kinds of holder: the swept lists
 * and the unswept lists of a class, and the cache of one P. Each span is in one of them, once. (A
 * span that is being swept is in none, but no P stops while it sweeps one.)
 */

import type { SpanId } from '../../memory/kinds.ts'
import { SWEEP_CLASS, SWEEP_DRAINED, SWEEPERS } from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import type { Inspection } from './inspection.ts'

export const SWEPT = 0
export const UNSWEPT = 1
export const CACHED = 2

export interface Holder {
  readonly kind: typeof SWEPT | typeof UNSWEPT | typeof CACHED
  /** Its name in messages. */
  readonly name: string
  /** Of a list: whether it is the one for spans without a free slot. */
  readonly isFull: boolean
  /** Of a cache: the index of its first word. */
  readonly entry: number
}

export type Holders = ReadonlyMap<SpanId, Holder>

/**
 * Returns the holder of each span. A span in two places would be allocated from by two Ps. A span
 * in none is never swept, and its memory is lost.
 */
export function locateSpans(inspection: Inspection, inUse: ReadonlySet<SpanId>): Holders {
  const holders = new Map<SpanId, Holder>()
  const put = (id: SpanId, spanClass: number, holder: Holder): boolean => {
    if (!inUse.has(id)) inspection.found(`${holder.name} holds span ${id}, which is not in use`)
    else if (holders.has(id))
      inspection.found(`span ${id} is in ${holders.get(id)?.name} and in ${holder.name}`)
    else {
      holders.set(id, holder)
      const found = inspection.span(id, span.CLASS)
      if (found !== spanClass)
        inspection.found(`span ${id} of span class ${found} is in ${holder.name}`)
      return true
    }
    return false
  }
  for (let spanClass = 0; spanClass < pWords.SPAN_CLASSES; spanClass++) {
    for (const pair of [span.CENTRAL_PARTIAL, span.CENTRAL_FULL]) {
      for (const kind of [SWEPT, UNSWEPT] as const) walkList(inspection, spanClass, pair, kind, put)
    }
  }
  for (let index = 0; index < inspection.memory.layout.procs; index++)
    walkCache(inspection, index, put)
  for (const id of inUse)
    if (!holders.has(id)) inspection.found(`span ${id} is in no list and in no cache`)
  return holders
}

/** Returns false if the list leads where it must not, which ends the walk. */
type Put = (id: SpanId, spanClass: number, holder: Holder) => boolean

function walkList(
  inspection: Inspection,
  spanClass: number,
  pair: number,
  kind: typeof SWEPT | typeof UNSWEPT,
  put: Put,
): void {
  const { meta, generation, memory } = inspection
  const current = (generation >>> 1) & 1
  const head =
    memory.layout.central +
    spanClass * span.CENTRAL_WORDS +
    pair +
    (kind === SWEPT ? current : 1 - current)
  if (meta[head] === 0) return
  const isFull = pair === span.CENTRAL_FULL
  const name = `the ${kind === SWEPT ? 'swept' : 'unswept'} ${isFull ? 'full' : 'partial'} list of span class ${spanClass}`
  const holder: Holder = { kind, name, isFull, entry: 0 }
  if (kind === UNSWEPT) expectUnsweptAllowed(inspection, spanClass, name)
  for (let id = meta[head] as SpanId; id !== 0; id = inspection.span(id, span.NEXT) as SpanId)
    if (!put(id, spanClass, holder)) return
}

/**
 * A span that is left behind SWEEP_CLASS, or after the sweep is drained, would not be swept any
 * more.
 */
function expectUnsweptAllowed(inspection: Inspection, spanClass: number, name: string): void {
  const { meta } = inspection
  if ((meta[SWEEPERS] & SWEEP_DRAINED) !== 0)
    inspection.found(`${name} is not empty, and SWEEPERS says that all are swept`)
  else if (spanClass < meta[SWEEP_CLASS])
    inspection.found(`${name} is not empty, and SWEEP_CLASS is ${meta[SWEEP_CLASS]}`)
}

function walkCache(inspection: Inspection, index: number, put: Put): void {
  const { meta, memory } = inspection
  for (let spanClass = 0; spanClass < pWords.SPAN_CLASSES; spanClass++) {
    const entryWord = memory.pWord(index, pWords.CACHE + spanClass * pWords.CACHE_WORDS)
    const id = meta[entryWord + pWords.SPAN] as SpanId
    const name = `P ${index}’s cache for span class ${spanClass}`
    if (id !== 0) put(id, spanClass, { kind: CACHED, name, isFull: false, entry: entryWord })
    else if (
      meta[entryWord + pWords.CURSOR] !== 0 ||
      meta[entryWord + pWords.LIMIT] !== 0 ||
      meta[entryWord + pWords.RUN_START] !== 0
    )
      inspection.found(`${name} has a run and no span`)
  }
}
