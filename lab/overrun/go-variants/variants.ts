/**
 * What is put into Go's runtime: a file of ours beside its own, and lines that call what is in it.
 * Each file says what its variant does, and why that is allowed where it is called.
 */
import type { Insertion, Place } from './insert.ts'

export interface Variant {
  readonly name: VariantName
  /** Files of this folder that are put into src/runtime. */
  readonly files: readonly string[]
  readonly insertions: readonly Insertion[]
}

export const VARIANT_NAMES = [
  'base',
  'gate',
  'gate-drains',
  'gate-parks',
  'gate-when-idle',
  'gate-firm',
  'reserve',
  'capped',
  'takes-over',
] as const
export type VariantName = (typeof VARIANT_NAMES)[number]

const inMalloc = (at: Place, ...lines: readonly string[]): Insertion => ({
  file: 'malloc.go',
  inFunction: 'mallocgc',
  at,
  lines,
})
const inCycle = (inFunction: string, at: Place, line: string): Insertion => ({
  file: 'mgc.go',
  inFunction,
  at,
  lines: [line],
})

/** In all variants: the bytes past the goal by when they were taken, told with gctrace's line. */
const INSTRUMENT: readonly Insertion[] = [
  {
    file: 'mgcmark.go',
    inFunction: 'markroot',
    at: { before: /^return workDone$/ },
    lines: ['noteRoot()'],
  },
  inCycle('gcMarkDone', { before: /^semacquire\(&worldsema\)$/ }, 'noteMarked()'),
  inCycle('gcMarkDone', { before: /^if gcMarkDoneFlushed != 0 \{$/ }, 'noteBarrier()'),
  inCycle('gcMarkDone', { behind: /^systemstack\(stopTheWorldWithSema\)$/ }, 'noteStop()'),
  inCycle('gcMarkDone', { atStartOf: /^if restart \{$/ }, 'noteRestart()'),
  inCycle('gcMarkTermination', 'start', 'notePastGoal()'),
  inCycle('gcMarkTermination', { atStartOf: /^if debug\.gctrace > 0 \{$/ }, 'printPastGoal()'),
]

/** Behind a refill or a large object, where Go asks whether a cycle should start. */
const BEHIND_REFILL = inMalloc({ atEndOf: /^if shouldhelpgc \{$/ }, 'behindRefill()')

/** With the world stopped, once marking is off. */
const OPEN_GATE = inCycle('gcMarkDone', { behind: /^gcWakeAllAssists\(\)$/ }, 'openGate()')

/** Around a call that takes memory: room is reserved before it, or the allocation begins anew. */
function reserved(call: RegExp, request: string): Insertion[] {
  return [
    inMalloc(
      { before: call },
      `reserved, fits := ${request}`,
      'if !fits {',
      '\treturn allocateAfterMark(mp, userSize, typ, needzero)',
      '}',
    ),
    inMalloc({ behind: call }, 'giveUpReserved(reserved)'),
  ]
}

export const VARIANTS: Readonly<Record<VariantName, Variant>> = {
  base: variant('base'),
  gate: variant('gate', BEHIND_REFILL),
  'gate-drains': variant('gate-drains', BEHIND_REFILL),
  'gate-parks': variant('gate-parks', BEHIND_REFILL, OPEN_GATE),
  'gate-when-idle': variant('gate-when-idle', BEHIND_REFILL),
  'gate-firm': variant('gate-firm', BEHIND_REFILL),
  reserve: variant(
    'reserve',
    ...reserved(/ = c\.nextFree\(tinySpanClass\)$/, 'reserveSpan(mp, span, tinySpanClass)'),
    ...reserved(/ = c\.nextFree\(spc\)$/, 'reserveSpan(mp, span, spc)'),
    ...reserved(/^span = c\.allocLarge\(/, 'reserveLarge(mp, size)'),
    OPEN_GATE,
  ),
  capped: variant(
    'capped',
    inMalloc({ behind: /^gcAssistAlloc\(assistG\)$/ }, 'capCredit(assistG)'),
  ),
  'takes-over': variant(
    'takes-over',
    BEHIND_REFILL,
    // The attempt to end the mark, once it is sure that it is made.
    inCycle('gcMarkDone', { behind: /^semacquire\(&worldsema\)$/ }, 'noteAttempt()'),
  ),
}

function variant(name: VariantName, ...own: readonly Insertion[]): Variant {
  return {
    name,
    files: ['past-goal.go', ...(own.length === 0 ? [] : [`${name}.go`])],
    insertions: [...INSTRUMENT, ...own],
  }
}
