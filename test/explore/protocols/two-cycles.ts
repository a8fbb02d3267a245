/**
 * Three whole cycles in a run, mark and sweep, with allocation beside the first: what is freed, and
 * how it is counted.
 *
 * 1. Main, on P 0, makes two nodes, starts a mutator on P 1 with the first, and collects.
 * 2. The mutator drops the second node and makes two that nothing refers to.
 * 3. After that main collects twice.
 *
 * What must hold: allocated less freed bytes are those of what main still reaches, a node and the
 * wait group. So no cycle freed too much, and what survived the first was freed by the others.
 */
import { statisticsOf } from '../../../gc/record/statistics.ts'
import { STOP_STATISTICS } from '../../../gc/world.ts'
import { waitGroup } from '../../../runtime/program/built-in-types.ts'
import { gc } from '../../../runtime/program/control.ts'
import { p } from '../../../runtime/program/current.ts'
import { nil, ref, self } from '../../../runtime/program/kinds.ts'
import { keep } from '../../../runtime/program/locals.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

/** The slots of a node and of a wait group. */
const REACHABLE_BYTES = 16 + 32

export const twoCycles: RunProtocol = {
  name: 'two-cycles',
  what: 'a goroutine on P 1 makes 2 objects and drops a third while main on P 0 collects; after two more cycles exactly what is reachable is left',
  configurations: [{ procs: 2, bound: 1, quick: 0 }],

  program({ notes }) {
    const Node = struct('Node', { next: self })
    const mutator = task('mutator', [ref(Node), ref(waitGroup)], function* (node, group) {
      Node.next.set(node, nil)
      Node.new(Node.new(nil))
      waitGroup.done(group)
    })
    return function* main() {
      const group = keep(waitGroup.new())
      waitGroup.add(group, 1)
      const node = keep(Node.new(Node.new(nil)))
      go.on(1, mutator, node, group)
      gc()
      yield* waitGroup.wait(group)
      gc()
      gc()
      while (!p.world.raise(p.world.epoch(), STOP_STATISTICS));
      const { allocatedBytes, freedBytes } = statisticsOf(p.memory)
      notes[0] = allocatedBytes - freedBytes
    }
  },

  verify({ notes }) {
    return notes[0] === REACHABLE_BYTES
      ? null
      : `${notes[0]} bytes are left of ${REACHABLE_BYTES} that are reachable`
  },
}
