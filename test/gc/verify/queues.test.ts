// The verifier of queues (gc/verify/queues.ts): where goroutines run, are ready or wait, each once.
import { PAGE_SHIFT } from '../../../memory/layout.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import * as pWords from '../../../memory/words/p.ts'
import { set, testBreaks, word } from '../../support/heap-breaks.ts'

testBreaks({
  'a goroutine in two queues': {
    what: w => {
      const { parked } = w.grown
      w.meta[w.goroutine(gWords.STATUS)] = gWords.G_RUNNABLE
      w.meta[w.goroutine(gWords.NEXT)] = 0
      w.meta[w.p(pWords.READY, 1)] = parked
      w.meta[w.p(pWords.RING)] = parked
      w.meta[w.p(pWords.RING_TAIL)]++
    },
    says: /goroutine \d+ is in P 0’s ring and in P 1’s ready list/,
  },
  'a queued goroutine that waits': {
    what: w => {
      w.meta[w.p(pWords.RING)] = w.grown.parked
      w.meta[w.p(pWords.RING_TAIL)]++
    },
    says: /goroutine \d+ in P 0’s ring has status 3/,
  },
  'a goroutine that is ready on another P': {
    what: w => {
      w.meta[w.goroutine(gWords.STATUS)] = gWords.G_RUNNABLE
      w.meta[w.goroutine(gWords.NEXT)] = 0
      w.meta[w.p(pWords.READY)] = w.grown.parked
    },
    says: /goroutine \d+ in P 0’s ready list is on P 1/,
  },
  'a ring that is longer than it may be': {
    what: set(w => w.p(pWords.RING_TAIL), -5),
    says: /P 0’s ring holds -5 goroutines/,
  },
  RUN_QUEUE_COUNT: {
    what: set(word(control.RUN_QUEUE_COUNT), 1),
    says: /RUN_QUEUE_COUNT is 1, must be 0/,
  },
  ASSIST_COUNT: { what: set(word(control.ASSIST_COUNT), 1), says: /ASSIST_COUNT is 1, must be 0/ },
  'a P in the assist queue that does not know': {
    phase: 'marking',
    what: w => {
      w.meta[control.ASSIST_FIRST] = w.meta[control.ASSIST_LAST] = w.meta[control.ASSIST_COUNT] = 1
    },
    says: /P 0’s ASSIST_QUEUED is 0, must be 1/,
  },
  'an assist that waits outside the mark': {
    what: w => {
      w.meta[control.ASSIST_FIRST] = w.meta[control.ASSIST_LAST] = w.meta[control.ASSIST_COUNT] = 1
      w.meta[w.p(pWords.ASSIST_QUEUED)] = 1
    },
    says: /assists that wait where nothing is marked is 1, must be 0/,
  },
  'a free wait record that never was one': {
    what: set(word(control.WAITER_FREE), 9),
    says: /the list of free wait records holds 9, which never was one/,
  },
  'a wait record whose neighbours do not know it': {
    what: w => {
      const { waiters } = w.grown.p
      const id = waiters.create(w.grown.parked, 1, 0)
      w.meta[waiters.word(id, gWords.WAITER_QUEUE)] = w.grown.large / 4 + 8
    },
    says: /wait record 1 stands in the queue at word \d+ between 0 and 0, which do not link to it/,
  },
  'a wait record in the queue of no object': {
    what: w => {
      const { waiters } = w.grown.p
      waiters.append((w.gap << PAGE_SHIFT) / 4, waiters.create(w.grown.parked, 1, 0))
    },
    says: /wait record 1 stands in the queue at word \d+, where no object is/,
  },
})
