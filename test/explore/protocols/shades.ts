import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import { CYCLES_MARKED, PHASE, PHASE_MARK } from '../../../memory/words/control.ts'
import { meta, p } from '../../../runtime/program/current.ts'
import { global } from '../../../runtime/program/global.ts'
import { i32, nil, ref, self } from '../../../runtime/program/kinds.ts'
import { getLocal, keep, local, setLocal } from '../../../runtime/program/locals.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

export const shades: RunProtocol = {
  name: 'shades',
  what: 'while a cycle marks, a goroutine on P 1 takes the only reference to an object out of the heap onto its stack, another stores the only one, from its stack, and lets go of it: each object is known by one shade alone, and checkmark finds both marked',
  configurations: [{ procs: 2, bound: 2, quick: 1 }],

  program({ notes }) {
    const Node = struct('Node', { next: self, value: i32 })
    const roots = global(ref(Node), 2)
    // Its stack is empty when it is scanned. From then on the deletion's shade is all that tells of the object.
    const taker = task('taker', [], function* () {
      const taken = keep(Node.next.get(roots.get(0)))
      Node.next.set(roots.get(0), nil)
      p.world.blockInPlace(() => meta[CYCLES_MARKED] > 0)
      notes[0] = Node.value.get(taken)
    })
    // Its stack is scanned when it has let go of the object. If where it stored it is black by then, the insertion's shade is all.
    const giver = task('giver', [], function* () {
      const own = local(Node.new(nil, 4))
      while (meta[PHASE] !== PHASE_MARK) p.world.safepoint()
      Node.next.set(roots.get(1), getLocal(own))
      setLocal(own, nil)
    })
    return function* main() {
      roots.set(0, Node.new(Node.new(nil, 1), 2))
      roots.set(1, Node.new(nil, 3))
      go.on(1, giver)
      go.on(1, taker)
      while (!p.world.raise(p.world.epoch(), STOP_FORCED_CYCLE));
      p.world.blockInPlace(() => meta[CYCLES_MARKED] > 0)
      notes[1] = meta[CYCLES_MARKED]
    }
  },

  verify({ notes }) {
    if (notes[1] !== 1) return `${notes[1]} cycles were marked`
    return notes[0] === 0 || notes[0] === 1
      ? null
      : `the object that was taken has the value ${notes[0]}`
  },
}
