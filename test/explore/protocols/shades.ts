/**
 * Each shade of the barrier by itself (gc/mark/barrier.ts), in a whole run with a cycle. Two
 * objects are each found by one shade only.
 *
 * 1. The taker loads the only reference to an object from the heap onto its stack, which was empty
 *    when it was scanned, and overwrites it in the heap. Only the deletion shade finds it.
 * 2. The giver stores the only reference to an object from its stack into the heap, and drops it
 *    from the stack before that is scanned. If the place in the heap is black already, only the
 *    insertion shade finds it.
 *
 * What must hold: one cycle is marked, the taken object still has its value after it, and checkmark
 * finds both objects marked.
 */
import type { BarrierKind } from '../../../gc/mark/barrier.ts'
import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import { CYCLES_MARKED, PHASE, PHASE_MARK } from '../../../memory/words/control.ts'
import { meta, p } from '../../../runtime/program/current.ts'
import { global } from '../../../runtime/program/global.ts'
import { i32, nil, ref, self } from '../../../runtime/program/kinds.ts'
import { getLocal, keep, local, setLocal } from '../../../runtime/program/locals.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

export function shades(barrier: BarrierKind): RunProtocol {
  return {
    name: `shades-${barrier}`,
    barrier,
    what: `with the ${barrier} barrier, while a cycle marks, a goroutine on P 1 moves the only reference to an object from the heap to its stack, and another moves the only reference to a second one from its stack to the heap: only one shade finds each object, and checkmark finds both marked`,
    configurations: [{ procs: 2, bound: 2, quick: 1 }],

    program({ notes }) {
      const Node = struct('Node', { next: self, value: i32 })
      const roots = global(ref(Node), 2)
      // Its stack is empty when it is scanned. Later only the deletion shade finds the object.
      const taker = task('taker', [], function* () {
        const taken = keep(Node.next.get(roots.get(0)))
        Node.next.set(roots.get(0), nil)
        p.world.blockInPlace(() => meta[CYCLES_MARKED] > 0)
        notes[0] = Node.value.get(taken)
      })
      // Its stack is scanned after it has dropped the object. If the node in which it stored the
      // object is black by then, only the insertion shade finds the object.
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
}
