// The verifier of the control words (gc/verify/control.ts): phase, sweep, stop, locks, roles.
import { GRANULE_SHIFT } from '../../../memory/layout.ts'
import * as control from '../../../memory/words/control.ts'
import * as pWords from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import { add, set, testBreaks, word } from '../../support/heap-breaks.ts'

testBreaks({
  PHASE: {
    what: set(word(control.PHASE), control.PHASE_MARK),
    says: /WRITE_BARRIER is 0, must be 1 to 2/,
  },
  WRITE_BARRIER: {
    phase: 'marking',
    what: set(word(control.WRITE_BARRIER), 0),
    says: /WRITE_BARRIER is 0, must be 1 to 2/,
  },
  BLACKEN_ENABLED: {
    what: set(word(control.BLACKEN_ENABLED), 1),
    says: /BLACKEN_ENABLED is 1, must be 0/,
  },
  CYCLES_MARKED: {
    what: add(word(control.CYCLES_MARKED), 1),
    says: /CYCLES_MARKED is \d+, must be \d+/,
  },
  SWEEP_GENERATION: {
    what: add(word(control.HEAP_SWEEP_GENERATION), 4),
    says: /SWEEP_GENERATION is \d+, must be \d+/,
  },
  SWEEPERS: {
    what: add(word(control.SWEEPERS), 1),
    says: /SWEEPERS is 1073741825 in phase 0 of a stopped world/,
  },
  SWEEP_COMPLETE_CYCLE: {
    what: add(word(control.SWEEP_COMPLETE_CYCLE), 1),
    says: /SWEEP_COMPLETE_CYCLE is \d+, must be \d+/,
  },
  'a lock': {
    what: set(word(control.STACK_LOCK), 1),
    says: /STACK_LOCK is held in a stopped world/,
  },
  'a central lock': {
    what: set(w => w.layout.central + 5 * span.CENTRAL_WORDS, 2),
    says: /the central lock of span class 5 is held/,
  },
  DRAINERS: {
    what: set(word(control.DRAINERS), -1),
    says: /DRAINERS is -1, must be 0 to Infinity/,
  },
  DEDICATED_OFFERS: {
    what: set(word(control.DEDICATED_OFFERS), 1),
    says: /DEDICATED_OFFERS is 1, must be 0/,
  },
  'a role that nobody handed out': {
    phase: 'marking',
    what: set(w => w.p(pWords.ROLE), pWords.ROLE_HELD),
    says: /roles of dedicated workers, needed or held, is \d+, must be \d+/,
  },
  'no role there is': {
    what: set(w => w.p(pWords.ROLE), 3),
    says: /P 0’s ROLE is 3, must be 0 to 2/,
  },
  'a P that runs': {
    what: set(w => w.p(pWords.STATUS), pWords.STATUS_RUNNING),
    says: /P 0 has status running in a stopped world/,
  },
  'the stop word': { what: add(word(control.STOP), 1), says: /by the stop word, is 1, must be 0/ },
  'a sleeper that is no P': {
    what: set(word(control.SLEEPERS + 1), 4),
    says: /SLEEPERS has a bit for P 34, and there are 2 Ps/,
  },
  'TRIGGER above GOAL': {
    what: set(word(control.TRIGGER), w => w.meta[control.GOAL] + 1),
    says: /TRIGGER is \d+, must be 0 to \d+/,
  },

  DEDICATED_NEEDED: {
    what: set(word(control.DEDICATED_NEEDED), 3),
    says: /DEDICATED_NEEDED is 3, must be 0 to 2/,
  },
  IDLE_WORKERS: {
    what: set(word(control.IDLE_WORKERS), -1),
    says: /IDLE_WORKERS is -1, must be 0 to 2/,
  },
  TERMINATOR: { what: set(word(control.TERMINATOR), 2), says: /TERMINATOR is 2, must be 0 to 1/ },
  FLUSH_PENDING: {
    what: set(word(control.FLUSH_PENDING), -1),
    says: /FLUSH_PENDING is -1, must be 0 to 2/,
  },
  PAGES_SWEPT: {
    what: set(word(control.PAGES_SWEPT), -1),
    says: /PAGES_SWEPT is -1, must be 0 to \d+/,
  },
  'root jobs that are left at mark termination': {
    phase: 'terminating',
    what: set(word(control.ROOT_NEXT), 0),
    says: /ROOT_NEXT is 0, must be \d+ to Infinity/,
  },
  'a grey object at mark termination': {
    phase: 'terminating',
    what: w => {
      w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.GREY_MARK
    },
    says: /has 1 slots that are grey in phase 2/,
  },
})
