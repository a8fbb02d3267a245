import { wait } from '#sync'
import { chan } from '../../../runtime/program/channels.ts'
import { i32, ref } from '../../../runtime/program/kinds.ts'
import { keep } from '../../../runtime/program/locals.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

/** On P 1, all waiting: more than P 0 has, so that P 1 may not steal from it at once. */
const WAITING = 4
/** How long P 0 computes, ms: longer than any P may leave a goroutine in the ring of one that is stuck, and than the net of a wait. */
const BUSY_MS = 3000

export const stealing: RunProtocol = {
  name: 'stealing',
  what: 'main on P 0 starts a goroutine and then computes for 3 s, P 1 has more goroutines, all waiting: it takes that one over when P 0 counts as stuck, and no later',
  configurations: [{ procs: 2, bound: 2, quick: 1 }],

  program({ notes }) {
    const Ints = chan(i32)
    const waiter = task('waiter', [ref(Ints)], function* (ints) {
      yield* Ints.recv(ints)
    })
    const short = task('short', [], function* () {
      notes[0]++
    })
    return function* main() {
      const ints = keep(Ints.new(0))
      for (let n = 0; n < WAITING; n++) go.on(1, waiter, ints)
      yield
      go(short)
      // A computation that calls nothing of the runtime, as far as anybody else can see.
      wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
      notes[1] = notes[0]
      Ints.close(ints)
    }
  },

  verify({ notes }) {
    return notes[1] === 1 ? null : 'the goroutine has waited for main'
  },
}
