import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import { CYCLES_MARKED } from '../../../memory/words/control.ts'
import { meta, p } from '../../../runtime/program/current.ts'
import { global } from '../../../runtime/program/global.ts'
import { i32, nil, ref, self } from '../../../runtime/program/kinds.ts'
import { keep } from '../../../runtime/program/locals.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

export const termination: RunProtocol = {
  name: 'termination',
  what: 'while main on P 0 has a cycle marked, a goroutine on P 1 moves the only path to two objects from the heap to its stack and back: the mark ends, once, and has lost none of 4',
  configurations: [
    { procs: 2, bound: 2, quick: 1 },
    { procs: 3, bound: 1, quick: 0 },
  ],

  program({ notes }) {
    const Node = struct('Node', { next: self, value: i32 })
    const root = global(ref(Node))
    const mutator = task('mutator', [ref(Node)], function* (head) {
      const hidden = keep(Node.next.get(head))
      Node.next.set(head, nil)
      const fresh = Node.new(hidden, 4)
      root.set(fresh)
      notes[0] = Node.value.get(Node.next.get(root.get()))
    })
    return function* main() {
      const head = keep(Node.new(Node.new(Node.new(nil, 1), 2), 3))
      go.on(1, mutator, head)
      // Nothing but the mark: the sweep is explored by itself.
      while (!p.world.raise(p.world.epoch(), STOP_FORCED_CYCLE));
      p.world.blockInPlace(() => meta[CYCLES_MARKED] > 0)
      notes[1] = meta[CYCLES_MARKED]
    }
  },

  verify({ notes }) {
    if (notes[1] !== 1) return `${notes[1]} cycles were marked`
    return notes[0] === 0 || notes[0] === 2 ? null : `the hidden object's value is ${notes[0]}`
  },
}
