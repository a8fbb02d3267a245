import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import { CYCLES_MARKED } from '../../../heap/layout/control.ts'
import { p, words } from '../../../runtime/current.ts'
import { global } from '../../../runtime/global.ts'
import { i32, nil, type Ref, ref, self } from '../../../runtime/kinds.ts'
import { keep } from '../../../runtime/locals.ts'
import { struct } from '../../../runtime/struct.ts'
import { go, task } from '../../../runtime/task.ts'
import type { RunProtocol } from '../protocol.ts'

export const shades: RunProtocol = {
  name: 'shades',
  what: 'while a cycle marks, a goroutine on P 1 takes the only reference to an object out of the heap onto its stack, another stores the only one, from its stack, and ends: each object is known by one shade alone, and checkmark finds both marked',
  configurations: [{ procs: 2, bound: 2, quick: 1 }],

  program({ notes }) {
    const Node = struct('Node', { next: self, value: i32 })
    const roots = global(ref(Node), 2)
    // Its stack is empty when it is scanned. From then on the deletion's shade is all that tells of the object.
    const taker = task('taker', [], function* () {
      const taken = keep(Node.next.get(roots.get(0)))
      Node.next.set(roots.get(0), nil)
      p.blockInPlace(() => words[CYCLES_MARKED] > 0)
      notes[0] = Node.value.get(taken)
    })
    // If it has ended before its stack is scanned, and where it stored is black, the insertion's shade is all.
    const giver = task('giver', [ref(Node)], function* (given: Ref<typeof Node>) {
      Node.next.set(roots.get(1), given)
    })
    return function* main() {
      roots.set(0, Node.new(Node.new(nil, 1), 2))
      roots.set(1, Node.new(nil, 3))
      go.on(1, giver, Node.new(nil, 4))
      go.on(1, taker)
      while (!p.raise(p.epoch(), STOP_FORCED_CYCLE));
      p.blockInPlace(() => words[CYCLES_MARKED] > 0)
      notes[1] = words[CYCLES_MARKED]
    }
  },

  verify({ notes }) {
    if (notes[1] !== 1) return `${notes[1]} cycles were marked`
    return notes[0] === 0 || notes[0] === 1 ? null : `the object that was taken has the value ${notes[0]}`
  },
}
