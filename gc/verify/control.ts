/**
 * The control words against each other. One phase of the cycle implies values for all of them. No P
 * that has stopped holds a lock, sweeps, or counts as running.
 *
 *   phase        barrier  blackening  cycles        root jobs  barrier buffers, grey  assist queue
 *   off          0        0           all marked    -          none                   empty
 *   mark         1        1           one is not    -          any                    any
 *   termination  1        0           one is not    all taken  none                   empty
 */
import * as control from '../../memory/words/control.ts'
import * as p from '../../memory/words/p.ts'
import * as span from '../../memory/words/span.ts'
import type { Inspection } from './inspection.ts'

/** The bits of STOP that count Ps that run (scheduler/stop.ts). */
const RUNNING_MASK = 0xff

const LOCKS = {
  WORK_LOCK: control.WORK_LOCK,
  ASSIST_LOCK: control.ASSIST_LOCK,
  PAGE_LOCK: control.PAGE_LOCK,
  RUN_QUEUE_LOCK: control.RUN_QUEUE_LOCK,
  GOROUTINE_LOCK: control.GOROUTINE_LOCK,
  WAITER_LOCK: control.WAITER_LOCK,
  STACK_LOCK: control.STACK_LOCK,
}

export function verifyControl(inspection: Inspection): void {
  const { words, phase } = inspection
  const { procs } = inspection.memory.layout
  const isMarking = phase === control.PHASE_MARK
  inspection.expectWithin('PHASE', phase, control.PHASE_OFF, control.PHASE_MARK_TERMINATION)
  inspection.expect(
    'WRITE_BARRIER',
    words[control.WRITE_BARRIER],
    phase === control.PHASE_OFF ? 0 : 1,
  )
  inspection.expect('BLACKEN_ENABLED', words[control.BLACKEN_ENABLED], isMarking ? 1 : 0)
  const cycles = words[control.CYCLES] - (phase === control.PHASE_OFF ? 0 : 1)
  inspection.expect('CYCLES_MARKED', words[control.CYCLES_MARKED], cycles)
  inspection.expect('SWEEP_GENERATION', words[control.HEAP_SWEEP_GENERATION], 2 * cycles + 2)
  verifySweep(inspection)
  verifyLocks(inspection)
  inspection.expect(
    'Ps that run in a stopped world, by the stop word,',
    words[control.STOP] & RUNNING_MASK,
    0,
  )
  inspection.expectWithin('DRAINERS', words[control.DRAINERS], 0, Number.POSITIVE_INFINITY)
  inspection.expectWithin('DEDICATED_NEEDED', words[control.DEDICATED_NEEDED], 0, procs)
  inspection.expectWithin('IDLE_WORKERS', words[control.IDLE_WORKERS], 0, procs)
  inspection.expectWithin('TERMINATOR', words[control.TERMINATOR], 0, 1)
  inspection.expectWithin('FLUSH_PENDING', words[control.FLUSH_PENDING], 0, procs)
  inspection.expectWithin('TRIGGER', words[control.TRIGGER], 0, words[control.GOAL])
  if (phase === control.PHASE_MARK_TERMINATION)
    inspection.expectWithin(
      'ROOT_NEXT',
      words[control.ROOT_NEXT],
      words[control.ROOT_JOBS],
      Number.POSITIVE_INFINITY,
    )
  verifyScannable(inspection)
  verifyPs(inspection)
}

/** In a stopped world nobody sweeps, and a mark begins only after everything is swept. */
function verifySweep(inspection: Inspection): void {
  const { words, phase } = inspection
  const sweepers = words[control.SWEEPERS]
  const isDrained = sweepers === control.SWEEP_DRAINED
  if (!isDrained && (sweepers !== 0 || phase !== control.PHASE_OFF))
    inspection.found(
      `SWEEPERS is ${sweepers} in phase ${phase} of a stopped world, must be ${control.SWEEP_DRAINED}${phase === control.PHASE_OFF ? ' or 0' : ''}`,
    )
  inspection.expectWithin('SWEEP_CLASS', words[control.SWEEP_CLASS], 0, p.SPAN_CLASSES)
  inspection.expect(
    'SWEEP_ANNOUNCED',
    words[control.SWEEP_ANNOUNCED],
    words[control.CYCLES_MARKED] - (isDrained ? 0 : 1),
  )
  inspection.expectWithin(
    'PAGES_SWEPT',
    words[control.PAGES_SWEPT],
    0,
    words[control.PAGES_END] - 1,
  )
}

function verifyLocks(inspection: Inspection): void {
  const { words, memory } = inspection
  for (const [name, lock] of Object.entries(LOCKS)) {
    if (words[lock] !== 0) inspection.found(`${name} is held in a stopped world`)
  }
  for (let spanClass = 0; spanClass < p.SPAN_CLASSES; spanClass++) {
    if (words[memory.layout.central + spanClass * span.CENTRAL_WORDS + span.CENTRAL_LOCK] !== 0)
      inspection.found(`the central lock of span class ${spanClass} is held in a stopped world`)
  }
  for (let index = 0; index < memory.layout.procs; index++) {
    if (words[memory.p(index, p.RING_LOCK)] !== 0)
      inspection.found(`P ${index}’s RING_LOCK is held in a stopped world`)
  }
}

/**
 * Scannable heap: what the last mark scanned, and then what was charged of L for scan spans. While
 * marking it is frozen.
 */
function verifyScannable(inspection: Inspection): void {
  const { words, memory, phase } = inspection
  const { doubles } = memory
  const scannable = words[control.HEAP_SCANNABLE]
  if (phase !== control.PHASE_OFF) {
    inspection.expect(
      'HEAP_SCANNABLE, frozen while marking,',
      scannable,
      doubles[memory.measure(control.SCANNABLE_AT_START)],
    )
    return
  }
  const least = doubles[memory.measure(control.LAST_HEAP_SCAN)]
  const charged = words[control.HEAP_LIVE] - doubles[memory.measure(control.HEAP_MARKED)]
  inspection.expectWithin('HEAP_SCANNABLE', scannable, least, least + charged)
}

function verifyPs(inspection: Inspection): void {
  const { words, memory } = inspection
  const { procs } = memory.layout
  let offers = 0
  let roles = 0
  for (let index = 0; index < procs; index++) {
    if (words[memory.p(index, p.STATUS)] === p.STATUS_RUNNING)
      inspection.found(`P ${index} has status running in a stopped world`)
    const role = words[memory.p(index, p.ROLE)]
    inspection.expectWithin(`P ${index}’s ROLE`, role, p.ROLE_NONE, p.ROLE_OFFERED)
    if (role !== p.ROLE_NONE) roles++
    if (role === p.ROLE_OFFERED) offers++
  }
  inspection.expect('DEDICATED_OFFERS', words[control.DEDICATED_OFFERS], offers)
  inspection.expect(
    'roles of dedicated workers, needed or held,',
    words[control.DEDICATED_NEEDED] + roles,
    memory.doubles[memory.measure(control.DEDICATED_AT_START)],
  )
  for (const [name, mask] of [
    ['SLEEPERS', control.SLEEPERS],
    ['IDLERS', control.IDLERS],
  ] as const) {
    for (let index = procs; index < 64; index++) {
      if (((words[mask + (index >>> 5)] >>> (index & 31)) & 1) !== 0)
        inspection.found(`${name} has a bit for P ${index}, and there are ${procs} Ps`)
    }
  }
}
