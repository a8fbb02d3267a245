// The verifier of spans (gc/verify/spans.ts): states, slots and marks, and the sums of all.
import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import { add, set, testBreaks, word } from '../../support/heap-breaks.ts'

testBreaks({
  'the sweep generation of a listed span': {
    what: add(w => w.listed(span.SWEEP_GENERATION), -2),
    says: /has sweep generation h-2, must be h\+0/,
  },
  'the sweep generation of a cached span': {
    what: w => {
      w.fillCache()
      w.meta[w.cached(span.SWEEP_GENERATION)] -= 2
    },
    says: /in P 0’s cache for span class \d+ has sweep generation h\+1, must be h\+3/,
  },
  'the sweep generation of an unswept span': {
    phase: 'sweeping',
    what: add(w => w.listed(span.SWEEP_GENERATION), 1),
    says: /has sweep generation h-1, must be h-2/,
  },
  'ALLOCATED of a listed span': {
    what: add(w => w.listed(span.ALLOCATED), -1),
    says: /has ALLOCATED \d+, must be \d+/,
  },
  'ALLOCATED of a cached span': {
    what: w => {
      w.fillCache()
      w.meta[w.cached(span.ALLOCATED)]--
    },
    says: /has ALLOCATED \d+, must be \d+/,
  },
  QUARANTINED: {
    what: add(w => w.listed(span.QUARANTINED), 1),
    says: /has QUARANTINED \d+, must be \d+/,
  },
  'FREE_FROM of a listed span': {
    what: add(w => w.listed(span.FREE_FROM), 16),
    says: /has FREE_FROM \d+, must be \d+/,
  },
  'FREE_FROM of a cached span': {
    what: w => {
      w.fillCache()
      w.meta[w.cached(span.FREE_FROM)] += 16
    },
    says: /has FREE_FROM \d+, must be its limit, \d+/,
  },
  'a free slot below FREE_FROM': {
    what: w => {
      w.fillCache()
      w.marks[w.meta[w.cached(span.FREE_FROM)] / 16 - w.meta[w.cached(span.SLOT_BYTES)] / 16] =
        span.FREE
    },
    says: /the slot at \d+ below FREE_FROM \d+ of span \d+ is free/,
  },
  SLOT_BYTES: {
    what: add(w => w.listed(span.SLOT_BYTES), 16),
    says: /has SLOT_BYTES 32, must be 16/,
  },
  SLOTS: { what: add(w => w.listed(span.SLOTS), -1), says: /has SLOTS 511, must be 512/ },
  'a span class that is none': {
    what: set(w => w.listed(span.CLASS), 500),
    says: /has span class 500, must be 0 to \d+/,
  },
  'a mark byte between slots': {
    what: w => (w.marks[(w.grown.large >>> GRANULE_SHIFT) + 3] = span.WHITE),
    says: /address \d+ in span \d+ begins no slot, and has mark byte 1/,
  },
  'a mark byte that is none': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = 77),
    says: /slots that are of colour 77 in phase 0/,
  },
  'a black object where all is swept': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.BLACK),
    says: /has 1 slots that are black in phase 0/,
  },
  'a grey object outside the mark': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.GREY_MARK),
    says: /has 1 slots that are grey in phase 0/,
  },
  'a grey object without its flag': {
    phase: 'marking',
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.GREY_MARK),
    says: /has 1 grey slots and no flag/,
  },
  'a flag outside the mark': {
    what: set(w => w.listed(span.GREY), 1),
    says: /has GREY 1 in phase 0/,
  },
  GREY_SPANS: {
    phase: 'marking',
    what: set(word(control.GREY_SPANS), 1),
    says: /GREY_SPANS is 1, must be 0/,
  },
  'a freed object': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.FREE),
    says: /has ALLOCATED \d+, must be \d+/,
  },
  'a cursor past its limit': {
    what: w => {
      w.fillCache()
      w.meta[w.cache(pWords.CURSOR)] += 4096
    },
    says: /has a run from \d+ over \d+ to \d+, must be slots of span \d+ in this order/,
  },
  'an unused slot that is black before its time': {
    what: w => {
      w.fillCache()
      w.meta[w.cache(pWords.CURSOR)] -= 16
      w.marks[w.meta[w.cache(pWords.CURSOR)] >>> GRANULE_SHIFT] = span.BLACK
    },
    says: /the unused slot at \d+ in P 0’s cache for span class \d+ is black, must be white/,
  },
  'an unused slot that is white while marking': {
    phase: 'marking',
    what: w => {
      w.fillCache()
      w.meta[w.cache(pWords.CURSOR)] -= 16
      w.marks[w.meta[w.cache(pWords.CURSOR)] >>> GRANULE_SHIFT] = span.WHITE
    },
    says: /the unused slot at \d+ in P 0’s cache for span class \d+ is white, must be black/,
  },

  HEAP_LIVE: { what: add(word(control.HEAP_LIVE), -16), says: /HEAP_LIVE is \d+, must be \d+/ },
  'HEAP_LIVE in the sweep': {
    phase: 'sweeping',
    what: add(word(control.HEAP_LIVE), 16),
    says: /HEAP_LIVE is \d+, must be \d+/,
  },
  SWEPT_MARKED_BYTES: {
    phase: 'sweeping',
    what: add(word(control.SWEPT_MARKED_BYTES), 16),
    says: /HEAP_MARKED is \d+, and \d+ bytes were found marked/,
  },
  HEAP_SCANNABLE: {
    what: set(word(control.HEAP_SCANNABLE), 2 ** 30),
    says: /HEAP_SCANNABLE is 1073741824, must be \d+ to \d+/,
  },
  'HEAP_SCANNABLE in the mark': {
    phase: 'marking',
    what: add(word(control.HEAP_SCANNABLE), 16),
    says: /HEAP_SCANNABLE, frozen while marking, is \d+, must be \d+/,
  },
  'bytes allocated': {
    what: w => (w.metaF64[w.grown.world.memory.pDouble(0, pWords.ALLOCATED_BYTES)] += 16),
    says: /bytes allocated less bytes freed is \d+, must be \d+/,
  },
  'objects freed': {
    what: w => w.metaF64[w.grown.world.memory.pDouble(1, pWords.FREED_OBJECTS)]++,
    says: /objects allocated less objects freed is \d+, must be \d+/,
  },
})
