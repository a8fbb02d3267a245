/**
 * A channel without a buffer between two Ps, in a whole run: scheduler/channel.ts,
 * scheduler/waiting.ts, the queues of goroutines, sleeping and waking, and the search for a
 * deadlock.
 *
 * 1. Main, on P 0, starts a sender on P 1, then receives until the channel is closed.
 * 2. The sender sends two objects and closes the channel. Either side may be the first to wait.
 *
 * What must hold: main receives both objects, in order, and then the end. No deadlock is reported.
 */
import { chan } from '../../../runtime/program/channels.ts'
import { i32, ref } from '../../../runtime/program/kinds.ts'
import { keep } from '../../../runtime/program/locals.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

export const channel: RunProtocol = {
  name: 'channel',
  what: 'main on P 0 receives what a goroutine on P 1 sends over a channel without a buffer: two objects and the end, in order, whichever side comes first',
  configurations: [
    { procs: 2, bound: 2, quick: 1 },
    { procs: 3, bound: 1, quick: 0 },
  ],

  program({ notes }) {
    const Box = struct('Box', { value: i32 })
    const Boxes = chan(ref(Box))
    const sender = task('sender', [ref(Boxes)], function* (boxes) {
      for (let value = 1; value <= 2; value++) yield* Boxes.send(boxes, Box.new(value))
      Boxes.close(boxes)
    })
    return function* main() {
      const boxes = keep(Boxes.new(0))
      go.on(1, sender, boxes)
      for (let received = 0; ; received++) {
        const box = yield* Boxes.next(boxes)
        if (box === undefined) break
        notes[received] = Box.value.get(box)
      }
      notes[8] = 1
    }
  },

  verify({ notes }) {
    const received = Array.from(notes.subarray(0, 8)).filter(value => value !== 0)
    return received.join() === '1,2' && notes[8] === 1 ? null : `main received ${received.join()}`
  },
}
