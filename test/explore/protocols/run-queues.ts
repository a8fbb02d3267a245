import { waitGroup } from '../../../runtime/program/built-in-types.ts'
import { i32, ref } from '../../../runtime/program/kinds.ts'
import { keep } from '../../../runtime/program/locals.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

const TASKS = 2

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
      waitGroup.add(group, TASKS)
      for (let number = 0; number < TASKS; number++) go(worker, group, number)
      yield* waitGroup.wait(group)
      notes[TASKS] = 1
    }
  },

  verify({ notes }) {
    for (let number = 0; number < TASKS; number++)
      if (notes[number] !== 1) return `goroutine ${number} ran ${notes[number]} times`
    return notes[TASKS] === 1 ? null : 'main did not come to its end'
  },
}
