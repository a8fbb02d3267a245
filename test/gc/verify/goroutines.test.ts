// The verifier of goroutines (gc/verify/goroutines.ts): their records, counts and stacks.
import { STACK_MIN_LOG2 } from '../../../memory/layout.ts'
import * as control from '../../../memory/words/control.ts'
import * as gWords from '../../../memory/words/goroutine.ts'
import * as pWords from '../../../memory/words/p.ts'
import { add, set, testBreaks, word } from '../../support/heap-breaks.ts'

testBreaks({
  GOROUTINES_LIVE: {
    what: add(word(control.GOROUTINES_LIVE), 1),
    says: /GOROUTINES_LIVE is 3, must be 2/,
  },
  GOROUTINES_FINISHED: {
    what: add(word(control.GOROUTINES_FINISHED), 1),
    says: /goroutines started less finished is 1, must be 2/,
  },
  'a free goroutine that is in no list': {
    what: w => {
      w.meta[w.goroutine(gWords.STATUS)] = gWords.G_FREE
    },
    says: /goroutine \d+ has status 0, and is not in the list of free ones/,
  },
  'a live goroutine in the list of free ones': {
    what: set(word(control.GOROUTINE_FREE), w => w.grown.parked),
    says: /goroutine \d+ has status 3, and is in the list of free ones/,
  },
  'a goroutine that is dead': {
    what: set(w => w.goroutine(gWords.STATUS), gWords.G_DEAD),
    says: /goroutine \d+ has status 4 in a stopped world/,
  },
  'a stack that is being scanned': {
    what: set(w => w.goroutine(gWords.STATUS), gWords.G_WAITING | gWords.G_SCAN),
    says: /goroutine \d+ has status 19 in a stopped world/,
  },
  'a scan that is wanted outside the mark': {
    what: w =>
      (w.meta[w.goroutine(gWords.STATUS, w.meta[w.p(pWords.GOROUTINE)])] |= gWords.G_SCAN_WANTED),
    says: /stacks to be scanned where nothing is marked is 1, must be 0/,
  },
  'a wanted scan that is not counted': {
    phase: 'marking',
    what: w =>
      (w.meta[w.goroutine(gWords.STATUS, w.meta[w.p(pWords.GOROUTINE)])] |= gWords.G_SCAN_WANTED),
    says: /SCANS_WANTED is 0, must be 1/,
  },
  'a stack that was not scanned at mark termination': {
    phase: 'terminating',
    what: add(w => w.goroutine(gWords.SCANNED_CYCLE), -1),
    says: /goroutine \d+’s stack was not scanned in cycle 2, but in 1/,
  },
  'a goroutine that runs nowhere': {
    what: set(w => w.goroutine(gWords.STATUS), gWords.G_RUNNING),
    says: /goroutine \d+ has status running, and P 1 does not run it/,
  },
  'a P that runs one that waits': {
    what: set(
      w => w.p(pWords.GOROUTINE, 1),
      w => w.grown.parked,
    ),
    says: /P 1 runs goroutine \d+, whose status is 3/,
  },
  STACK_USED: {
    what: set(w => w.goroutine(gWords.STACK_USED), 65),
    says: /STACK_USED is 65, must be 0 to 64/,
  },
  STACK_WORDS_IN_USE: {
    what: add(word(control.STACK_WORDS_IN_USE), 64),
    says: /STACK_WORDS_IN_USE is 192, must be 128/,
  },
  STACK_NEXT: { what: add(word(control.STACK_NEXT), 64), says: /STACK_NEXT is \d+, must be \d+/ },
  'two goroutines with one stack': {
    what: w =>
      (w.meta[w.goroutine(gWords.STACK)] =
        w.meta[w.goroutine(gWords.STACK, w.meta[w.p(pWords.GOROUTINE)])]),
    says: /the stack of goroutine \d+ at \d+ overlaps the one of goroutine \d+/,
  },
  'a free stack that is lost': {
    what: w => {
      w.meta[control.STACK_NEXT] += 64
      w.meta[w.goroutine(gWords.STACK)] += 64
    },
    says: /the stack words from \d+, after .*, to \d+ belong to nobody/,
  },
  'a stack in use that the table calls free': {
    what: w => (w.meta[w.layout.stackTable] = STACK_MIN_LOG2),
    says: /the stack table’s entry 0 is 6, must be 0/,
  },
  'two buddies that are free': {
    what: w => {
      const begin = w.layout.stacks + Math.ceil(w.meta[control.STACK_NEXT] / 128) * 128
      w.meta[control.STACK_NEXT] = begin + 128 - w.layout.stacks
      w.meta[control.STACK_FREE + STACK_MIN_LOG2] = begin
      w.meta[begin] = begin + 64
    },
    says: /the free stacks of 64 words at \d+ and \d+ are not joined/,
  },
})
