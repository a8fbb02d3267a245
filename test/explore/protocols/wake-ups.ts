import { wait } from '#sync'
import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import { CYCLES_MARKED } from '../../../memory/words/control.ts'
import { meta, p } from '../../../runtime/program/current.ts'
import { i32, nil, ref, self } from '../../../runtime/program/kinds.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

/** Longer than the net of a wait, ms: whoever waits for the one that computes would be found in the net. */
const BUSY_MS = 3000

/** A computation that calls nothing of the runtime, as far as anybody else can see. */
function compute(): void {
  wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
}

export const wakeUps: RunProtocol = {
  name: 'wake-ups',
  what: 'a goroutine on P 1 serves what it is asked and computes for 3 s, waits for the end of the mark and computes again: whoever sleeps meanwhile on P 0 hears of its stack’s objects, and of the end, at once',
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
