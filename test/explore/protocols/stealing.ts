/**
 * Stealing from a P that is stuck (scheduler/stealing.ts), by a P that sleeps
 * (scheduler/sleeping.ts), in a whole run.
 *
 * 1. Main, on P 0, starts four goroutines on P 1, which wait at a channel. So P 1 has more
 *    goroutines than P 0.
 * 2. Main starts one more goroutine, in the ring of P 0, and computes for 3 s.
 * 3. P 1 may not steal that goroutine at once. It must look again when P 0 counts as stuck.
 *
 * What must hold: the goroutine has run before main has computed, though nobody wakes P 1. No wait
 * is ended by its net.
 */
import { wait } from '#sync'
import { chan } from '../../../runtime/program/channels.ts'
import { i32, ref } from '../../../runtime/program/kinds.ts'
import { keep } from '../../../runtime/program/locals.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

/** Goroutines that wait on P 1: more than P 0 has, so P 1 may not steal from P 0 at once. */
const WAITING = 4
/**
 * How long P 0 computes, in ms: longer than a P must be in one turn to count as stuck, and longer
 * than the net of a wait.
 */
const BUSY_MS = 3000

export const stealing: RunProtocol = {
  name: 'stealing',
  what: 'main on P 0 starts a goroutine and computes for 3 s, and P 1 has more goroutines, which all wait: P 1 steals the goroutine as soon as P 0 counts as stuck',
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
      // To the other Ps this looks like a computation that calls nothing of the runtime.
      wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS)
      notes[1] = notes[0]
      Ints.close(ints)
    }
  },

  verify({ notes }) {
    return notes[1] === 1 ? null : 'the goroutine has waited for main'
  },
}
