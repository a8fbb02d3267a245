/**
 * Placing, stealing and finding goroutines, in a whole run: scheduler/run-queues.ts,
 * scheduler/placement.ts, scheduler/stealing.ts, and sleeping and waking.
 *
 * 1. Main starts two goroutines. Any P may take one from the ring in which it was placed.
 * 2. Main waits for both at a wait group.
 *
 * What must hold: each goroutine runs exactly once, and main goes on after both.
 */
import { waitGroup } from '../../../runtime/program/built-in-types.ts'
import { i32, ref } from '../../../runtime/program/kinds.ts'
import { keep } from '../../../runtime/program/locals.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

const GOROUTINES = 2

export const runQueues: RunProtocol = {
  name: 'run-queues',
  what: 'main starts 2 goroutines, which either P may take or steal, and waits for both: each runs exactly once, and main hears of it',
  configurations: [
    { procs: 2, bound: 2, quick: 1 },
    { procs: 3, bound: 1, quick: 0 },
  ],

  program({ notes }) {
    const worker = task('worker', [ref(waitGroup), i32], function* (group, number) {
      notes[number]++
      waitGroup.done(group)
    })
    return function* main() {
      const group = keep(waitGroup.new())
      waitGroup.add(group, GOROUTINES)
      for (let number = 0; number < GOROUTINES; number++) go(worker, group, number)
      yield* waitGroup.wait(group)
      notes[GOROUTINES] = 1
    }
  },

  verify({ notes }) {
    for (let number = 0; number < GOROUTINES; number++)
      if (notes[number] !== 1) return `goroutine ${number} ran ${notes[number]} times`
    return notes[GOROUTINES] === 1 ? null : 'main did not come to its end'
  },
}
