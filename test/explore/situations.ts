/**
 * Where protocols of parts begin: what a run would have done before. Only the controlling thread
 * calls these, in `setUp`.
 */

import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import { STATUS, STATUS_RUNNING } from '../../memory/words/p.ts'

/** All Ps run. In a run each P says so itself when its loop begins. */
export function letAllRun(memory: Memory): void {
  const { meta, layout } = memory
  meta[control.STOP] = layout.procs
  for (let index = 0; index < layout.procs; index++)
    meta[memory.pWord(index, STATUS)] = STATUS_RUNNING
}

/** The first cycle marks. One drainer is counted that never leaves, so no P ends the mark. */
export function letMark(memory: Memory): void {
  const { meta } = memory
  meta[control.CYCLES] = 1
  meta[control.PHASE] = control.PHASE_MARK
  meta[control.WRITE_BARRIER] = 1
  meta[control.BLACKEN_ENABLED] = 1
  meta[control.DRAINERS] = 1
}
