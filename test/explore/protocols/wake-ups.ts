/**
 * Wake-ups that a mark depends on (scheduler/sleepers.ts, gc/mark/roots.ts, scheduler/standing.ts),
 * in a whole run.
 *
 * 1. Main, on P 0, starts a goroutine on P 1 with an object on its stack, raises the setup stop,
 *    and waits in place until the cycle is marked.
 * 2. The goroutine serves its poll word, which may ask for a scan of its stack, and computes for
 *    3 s. P 0 must be woken for the object that the scan found.
 * 3. The goroutine waits in place for the end of the mark, and computes again. If P 0 sleeps, it
 *    must be woken for the end.
 *
 * What must hold: one cycle is marked. No wait is ended by its net: each computation takes longer
 * than the net, so a P that is not woken would be found there.
 */
import { wait } from '#sync'
import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import { CYCLES_MARKED } from '../../../memory/words/control.ts'
import { meta, p } from '../../../runtime/program/current.ts'
import { i32, nil, ref, self } from '../../../runtime/program/kinds.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

/**
 * In ms: longer than the net of a wait, so a P that waits for the computation is found in its net.
 */
const BUSY_MS = 3000

/** To the other Ps this looks like a computation that calls nothing of the runtime. */
function compute(): void {
  wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
}

export const wakeUps: RunProtocol = {
  name: 'wake-ups',
  what: 'a goroutine on P 1 serves a request and computes for 3 s, waits for the end of the mark and computes again: if P 0 sleeps meanwhile, it is woken for the objects of the stack on P 1, and for the end of the mark',
  configurations: [{ procs: 2, bound: 2, quick: 1 }],

  program({ notes }) {
    const Node = struct('Node', { next: self, value: i32 })
    const computer = task('computer', [ref(Node)], function* () {
      p.pollNow()
      compute()
      p.world.blockInPlace(() => meta[CYCLES_MARKED] > 0)
      compute()
    })
    return function* main() {
      go.on(1, computer, Node.new(nil, 1))
      yield
      while (!p.world.raise(p.world.epoch(), STOP_FORCED_CYCLE));
      p.world.blockInPlace(() => meta[CYCLES_MARKED] > 0)
      notes[0] = meta[CYCLES_MARKED]
    }
  },

  verify({ notes }) {
    return notes[0] === 1 ? null : `${notes[0]} cycles were marked`
  },
}
