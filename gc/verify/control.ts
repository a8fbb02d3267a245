/**
 * The control words against each other. One phase of the cycle implies values for all of them. No P
 * that has stopped holds a lock, sweeps, or counts as running.
 *
 *   phase        barrier  blackening  cycles        root jobs  barrier buffers, grey  assist queue
 *   off          0        0           all marked    -          none                   empty
 *   mark         1        1           one is not    -          any                    any
 *   termination  1        0           one is not    all taken  none                   empty
 *
 * The barrier is on in a wider window than blackening: it is on before anything can be black, and
 * off after the last shade that could matter (docs/go-collector.md §1).
 */
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
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
  const { meta, phase } = inspection
  const { procs } = inspection.memory.layout
  const isMarking = phase === control.PHASE_MARK
  inspection.expectWithin('PHASE', phase, control.PHASE_OFF, control.PHASE_MARK_TERMINATION)
  if (phase === control.PHASE_OFF)
    inspection.expect('WRITE_BARRIER', meta[control.WRITE_BARRIER], 0)
  else
    inspection.expectWithin(
      'WRITE_BARRIER',
      meta[control.WRITE_BARRIER],
      control.SHADES_STORES,
      control.SHADES_PUSHES,
    )
  inspection.expect('BLACKEN_ENABLED', meta[control.BLACKEN_ENABLED], isMarking ? 1 : 0)
  const cycles = meta[control.CYCLES] - (phase === control.PHASE_OFF ? 0 : 1)
  inspection.expect('CYCLES_MARKED', meta[control.CYCLES_MARKED], cycles)
  inspection.expect('HEAP_SWEEP_GENERATION', meta[control.HEAP_SWEEP_GENERATION], 2 * cycles + 2)
  verifySweep(inspection)
  verifyLocks(inspection)
  inspection.expect(
    'Ps that run in a stopped world, by the stop word,',
    meta[control.STOP] & RUNNING_MASK,
    0,
  )
  inspection.expectWithin('DRAINERS', meta[control.DRAINERS], 0, Number.POSITIVE_INFINITY)
  inspection.expectWithin('DEDICATED_NEEDED', meta[control.DEDICATED_NEEDED], 0, procs)
  inspection.expectWithin('IDLE_WORKERS', meta[control.IDLE_WORKERS], 0, procs)
  inspection.expectWithin('TERMINATOR', meta[control.TERMINATOR], 0, 1)
  inspection.expectWithin('FLUSH_PENDING', meta[control.FLUSH_PENDING], 0, procs)
  inspection.expectWithin('TRIGGER', meta[control.TRIGGER], 0, meta[control.GOAL])
  if (phase === control.PHASE_MARK_TERMINATION)
    inspection.expectWithin(
      'ROOT_NEXT',
      meta[control.ROOT_NEXT],
      meta[control.ROOT_JOBS],
      Number.POSITIVE_INFINITY,
    )
  verifyScannable(inspection)
  verifyPs(inspection)
}

/**
 * In a stopped world no P sweeps. The sweep is complete before a mark begins, so SWEEPERS is
 * SWEEP_DRAINED in every phase but off.
 */
function verifySweep(inspection: Inspection): void {
  const { meta, phase } = inspection
  const sweepers = meta[control.SWEEPERS]
  const isDrained = sweepers === control.SWEEP_DRAINED
  if (!isDrained && (sweepers !== 0 || phase !== control.PHASE_OFF))
    inspection.found(
      `SWEEPERS is ${sweepers} in phase ${phase} of a stopped world, must be ${control.SWEEP_DRAINED}${phase === control.PHASE_OFF ? ' or 0' : ''}`,
    )
  inspection.expectWithin('SWEEP_CLASS', meta[control.SWEEP_CLASS], 0, pWords.SPAN_CLASSES)
  inspection.expect(
    'SWEEP_COMPLETE_CYCLE',
    meta[control.SWEEP_COMPLETE_CYCLE],
    meta[control.CYCLES_MARKED] - (isDrained ? 0 : 1),
  )
  inspection.expectWithin('PAGES_SWEPT', meta[control.PAGES_SWEPT], 0, meta[control.PAGES_END] - 1)
}

function verifyLocks(inspection: Inspection): void {
  const { meta, memory } = inspection
  for (const [name, lock] of Object.entries(LOCKS)) {
    if (meta[lock] !== 0) inspection.found(`${name} is held in a stopped world`)
  }
  for (let spanClass = 0; spanClass < pWords.SPAN_CLASSES; spanClass++) {
    if (meta[memory.layout.central + spanClass * span.CENTRAL_WORDS + span.CENTRAL_LOCK] !== 0)
      inspection.found(`the central lock of span class ${spanClass} is held in a stopped world`)
  }
  for (let index = 0; index < memory.layout.procs; index++) {
    if (meta[memory.pWord(index, pWords.RING_LOCK)] !== 0)
      inspection.found(`P ${index}’s RING_LOCK is held in a stopped world`)
  }
}

/**
 * The scannable heap is what the last mark scanned, and what scan spans have been charged since.
 * While a cycle marks it does not change.
 */
function verifyScannable(inspection: Inspection): void {
  const { meta, memory, phase } = inspection
  const scannable = meta[control.HEAP_SCANNABLE]
  if (phase !== control.PHASE_OFF) {
    inspection.expect(
      'HEAP_SCANNABLE, frozen while marking,',
      scannable,
      memory.get(control.SCANNABLE_AT_START),
    )
    return
  }
  const least = memory.get(control.LAST_HEAP_SCAN)
  const charged = meta[control.HEAP_LIVE] - memory.get(control.HEAP_MARKED)
  inspection.expectWithin('HEAP_SCANNABLE', scannable, least, least + charged)
}

function verifyPs(inspection: Inspection): void {
  const { meta, memory } = inspection
  const { procs } = memory.layout
  let offers = 0
  let roles = 0
  for (let index = 0; index < procs; index++) {
    if (meta[memory.pWord(index, pWords.STATUS)] === pWords.STATUS_RUNNING)
      inspection.found(`P ${index} has status running in a stopped world`)
    const role = meta[memory.pWord(index, pWords.ROLE)]
    inspection.expectWithin(`P ${index}’s ROLE`, role, pWords.ROLE_NONE, pWords.ROLE_OFFERED)
    if (role !== pWords.ROLE_NONE) roles++
    if (role === pWords.ROLE_OFFERED) offers++
  }
  inspection.expect('DEDICATED_OFFERS', meta[control.DEDICATED_OFFERS], offers)
  inspection.expect(
    'roles of dedicated workers, needed or held,',
    meta[control.DEDICATED_NEEDED] + roles,
    memory.get(control.DEDICATED_AT_START),
  )
  for (const [name, mask] of [
    ['SLEEPERS', control.SLEEPERS],
    ['IDLERS', control.IDLERS],
  ] as const) {
    for (let index = procs; index < 64; index++) {
      if (((meta[mask + (index >>> 5)] >>> (index & 31)) & 1) !== 0)
        inspection.found(`${name} has a bit for P ${index}, and there are ${procs} Ps`)
    }
  }
}
