// The verifier of pages (gc/verify/pages.ts): the page table, free runs and their bins.
import * as control from '../../../memory/words/control.ts'
import * as span from '../../../memory/words/span.ts'
import { add, set, testBreaks, word } from '../../support/heap-breaks.ts'

testBreaks({
  PAGES_IN_USE: {
    what: add(word(control.PAGES_IN_USE), 1),
    says: /PAGES_IN_USE is \d+, must be \d+/,
  },
  'PAGES_END below a span': {
    what: set(word(control.PAGES_END), 3),
    says: /PAGES_END is 3, must be \d+ to \d+/,
  },
  'page 0': { what: set(w => w.layout.pageSpan, 0), says: /entry of page 0 is 0, must be -1/ },
  'a page of a span that names another': {
    what: set(w => w.layout.pageSpan + w.spanOf(w.grown.large) + 1, 2),
    says: /page \d+ names span 2, and lies in span \d+ of \d+ pages/,
  },
  'a span of no pages': {
    what: set(w => w.large(span.PAGES), 0),
    says: /span \d+ is in use with 0 pages/,
  },
  'a page inside a span with a record': {
    what: w => (w.meta[w.span(w.spanOf(w.grown.large) + 1, span.PAGES)] = 1),
    says: /page \d+ begins no span in use, and its record has 1 pages/,
  },
  'a free run of another length at its end': {
    what: w => w.meta[w.layout.pageRun + w.gap + w.meta[w.layout.pageRun + w.gap] - 1]++,
    says: /the free run at page \d+ has \d+ pages at its begin and \d+ at its end/,
  },
  'a free run of no pages': {
    what: set(w => w.layout.pageRun + w.gap, 0),
    says: /the free run at page \d+ has 0 pages/,
  },
  'free neighbours that are not joined': {
    what: w => {
      const { gap } = w
      const length = w.meta[w.layout.pageRun + gap]
      w.meta[w.layout.pageRun + gap] = 1
      w.meta[w.layout.pageRun + gap + 1] = length - 1
      w.meta[w.layout.pageRun + gap + length - 1] = length - 1
    },
    says: /the free run at page \d+ follows another, and was not joined with it/,
  },
  'a free run in no bin': {
    what: w => {
      const bin =
        control.PAGE_BINS + Math.min(w.meta[w.layout.pageRun + w.gap], control.PAGE_BIN_COUNT) - 1
      w.meta[bin] = w.meta[w.layout.pageNext + w.meta[bin]]
    },
    says: /the free run at page \d+ of \d+ pages is in no bin/,
  },
  'a free run in the wrong bin': {
    what: w => {
      const bin = control.PAGE_BINS + control.PAGE_BIN_COUNT - 1
      w.meta[control.PAGE_BINS] = w.meta[bin]
      w.meta[bin] = 0
    },
    says: /the free run at page \d+ of \d+ pages is in bin 0, must be in 63/,
  },
  'a bin that goes round': {
    what: w => (w.meta[w.layout.pageNext + w.rest] = w.rest),
    says: /bin 63 lists page \d+, which is listed already/,
  },
  'a bin that lists a page of a span': {
    what: w => (w.meta[w.layout.pageNext + w.rest] = w.spanOf(w.grown.large)),
    says: /bin 63 lists page \d+, where no free run begins/,
  },
  'a link back in a bin': {
    what: w => (w.meta[w.layout.pagePrevious + w.rest] = 7),
    says: /follows \d+ in bin 63, and links back to 7/,
  },
})
