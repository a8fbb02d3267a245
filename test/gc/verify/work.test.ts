// The verifier of work buffers (gc/verify/work.ts): lists of buffers, and what is grey.
import {
  GRANULE_SHIFT,
  WORK_BUFFER_COUNT,
  WORK_BUFFER_ENTRIES,
  WORK_BUFFER_NEXT,
  WORK_BUFFER_WORDS,
} from '../../../memory/layout.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import { add, set, testBreaks, word } from '../../support/heap-breaks.ts'

testBreaks({
  WORK_FULL_COUNT: {
    phase: 'marking',
    what: add(word(control.WORK_FULL_COUNT), 1),
    says: /WORK_FULL_COUNT is \d+, must be \d+/,
  },
  'a work buffer in no list': {
    phase: 'marking',
    what: add(word(control.WORK_POOL_NEXT), 1),
    says: /work buffers in the two lists is \d+, must be \d+/,
  },
  'a work buffer in both lists': {
    phase: 'marking',
    what: set(word(control.WORK_EMPTY), w => w.buffer),
    says: /the empty list of work buffers holds buffer \d+, which is listed already/,
  },
  'a work buffer that is none': {
    phase: 'marking',
    what: w =>
      (w.meta[w.buffer + WORK_BUFFER_NEXT] = w.layout.workBuffers + 63 * WORK_BUFFER_WORDS),
    says: /the full list of work buffers holds \d+, which is none that was handed out/,
  },
  'an empty buffer in the full list': {
    phase: 'marking',
    what: w => (w.meta[w.buffer + WORK_BUFFER_COUNT] = 0),
    says: /work buffer \d+ in the full list has 0 entries, must be 1 to 254/,
  },
  'nil in a work buffer': {
    phase: 'marking',
    what: w => (w.meta[w.buffer + WORK_BUFFER_ENTRIES] = 0),
    says: /entry 0 of work buffer \d+ is 0: no address of an object/,
  },
  'a white object in a work buffer': {
    phase: 'marking',
    what: w => (w.marks[w.meta[w.buffer + WORK_BUFFER_ENTRIES] >>> GRANULE_SHIFT] = span.WHITE),
    says: /entry 0 of work buffer \d+ is \d+: what is queued is marked, and its mark byte is 1/,
  },
  'a piece of what is no array': {
    phase: 'marking',
    what: w => w.meta[w.buffer + WORK_BUFFER_ENTRIES]++,
    says: /entry 0 of work buffer \d+ is \d+: (no piece of an array|what is queued)/,
  },
  'half a pair in a barrier buffer': {
    phase: 'marking',
    what: set(w => w.p(pWords.BARRIER_COUNT), 3),
    says: /P 0’s barrier buffer has 3 entries/,
  },
  'a pair in a barrier buffer outside the mark': {
    what: set(w => w.p(pWords.BARRIER_COUNT), 2),
    says: /P 0’s barrier buffer has 2 entries, .* at most 0 entries in phase 0/,
  },
})
