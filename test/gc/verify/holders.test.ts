// The verifier of holders (gc/verify/holders.ts): each span is in one list or in one cache.
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import { add, set, testBreaks, word } from '../../support/heap-breaks.ts'

testBreaks({
  'a span in no list': {
    what: w => {
      for (let spanClass = 0; spanClass < 2; spanClass++)
        for (let head = 1; head < 5; head++)
          w.meta[w.layout.central + spanClass * span.CENTRAL_WORDS + head] = 0
    },
    says: /span \d+ is in no list and in no cache/,
  },
  'a span in two lists': {
    what: w => {
      w.fillCache()
      w.meta[w.cache(pWords.SPAN)] = w.spanOf(w.grown.kept[0])
    },
    says: /span \d+ is in the swept \w+ list of span class \d+ and in P 0’s cache for span class \d+/,
  },
  'a list that leads to a free page': {
    what: w => (w.meta[w.listed(span.NEXT)] = w.gap),
    says: /list of span class \d+ holds span \d+, which is not in use/,
  },
  'a span in the list of another class': {
    what: add(w => w.large(span.CLASS), 1),
    says: /span \d+ of span class 1 is in the swept full list of span class 0/,
  },
  'a cache with a run and no span': {
    what: w => (w.meta[w.p(pWords.CACHE + 60 * pWords.CACHE_WORDS + pWords.LIMIT)] = 4096),
    says: /P 0’s cache for span class 60 has a run and no span/,
  },
  'an unswept span when all is said to be swept': {
    phase: 'sweeping',
    what: set(word(control.SWEEPERS), control.SWEEP_DRAINED),
    says: /the unswept \w+ list of span class \d+ is not empty, and SWEEPERS says that all are swept/,
  },
  'an unswept span below SWEEP_CLASS': {
    phase: 'sweeping',
    what: set(word(control.SWEEP_CLASS), pWords.SPAN_CLASSES),
    says: /the unswept \w+ list of span class \d+ is not empty, and SWEEP_CLASS is 136/,
  },
})
