/**
 * A goroutine that takes references off its own stack and lets the runtime put them back, while
 * another P may scan that stack (gc/mark/remote-scan.ts), in a whole run with a cycle.
 *
 * 1. A goroutine on P 1 has the only references to some objects on its stack. A cycle begins.
 * 2. It leaves their scope. Then no slot holds them, and a scan at this time finds nothing.
 * 3. It lets them come to rest:
 *      keep   keeps the first one, and puts the second one into a local
 *      make   makes a new object that refers to both. Its allocation may take long, and both are on
 *             the stack meanwhile
 *      send   sends an object that refers to both, and waits until somebody receives it
 *
 * What must hold: one cycle is marked, the objects still have their values after it, and checkmark
 * finds them marked.
 */
import { step } from '#sync'
import { STOP_FORCED_CYCLE } from '../../../gc/world.ts'
import { CYCLES_MARKED, PHASE, PHASE_MARK } from '../../../memory/words/control.ts'
import { chan } from '../../../runtime/program/channels.ts'
import { meta, p } from '../../../runtime/program/current.ts'
import { i32, nil, type Ref, ref } from '../../../runtime/program/kinds.ts'
import { enter, keep, leave, local, setLocal } from '../../../runtime/program/locals.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { RunProtocol } from '../protocol.ts'

// Notes: how many cycles were marked; the values of the two objects.
const MARKED = 0
const FIRST = 1
const SECOND = 2

const HOW = {
  keep: 'keeps one and puts the other into a local',
  make: 'makes an object of both',
  send: 'sends an object that refers to both',
}

export function remoteKeep(how: keyof typeof HOW): RunProtocol {
  return {
    name: `remote-${how}`,
    stackScans: 'any',
    what: `a goroutine on P 1 takes its only references to two objects off its stack and ${HOW[how]}, while P 0 marks and may scan that stack at any time: both objects are marked`,
    configurations: [{ procs: 2, bound: 2, quick: 1 }],

    program({ notes }) {
      const Node = struct('Node', { value: i32 })
      const Pair = struct('Pair', { first: ref(Node), second: ref(Node) })
      const Pairs = chan(ref(Pair))
      const note = (first: Ref<typeof Node>, second: Ref<typeof Node>): void => {
        notes[FIRST] = Node.value.get(first)
        notes[SECOND] = Node.value.get(second)
      }
      const notePair = (pair: Ref<typeof Pair>): void => {
        note(Pair.first.get(pair), Pair.second.get(pair))
      }
      const waitForMark = (): void => p.world.blockInPlace(() => meta[CYCLES_MARKED] > 0)

      const mover = task('mover', [ref(Pairs)], function* (pairs) {
        keep(pairs)
        const empty = local<typeof Node>(nil)
        const scope = enter()
        const first = keep(Node.new(1))
        const second = keep(Node.new(2))
        const pair = how === 'send' ? keep(Pair.new(first, second)) : nil
        while (meta[PHASE] !== PHASE_MARK && meta[CYCLES_MARKED] === 0) p.world.safepoint()
        leave(scope)
        step('bare')
        if (how === 'send') {
          yield* Pairs.send(pairs, pair)
          return
        }
        if (how === 'make') {
          const made = keep(Pair.new(first, second))
          waitForMark()
          notePair(made)
          return
        }
        keep(first)
        setLocal(empty, second)
        waitForMark()
        note(first, second)
      })
      return function* main() {
        const pairs = keep(Pairs.new())
        go.on(1, mover, pairs)
        while (!p.world.raise(p.world.epoch(), STOP_FORCED_CYCLE));
        waitForMark()
        notes[MARKED] = meta[CYCLES_MARKED]
        if (how === 'send') notePair(yield* Pairs.recv(pairs))
      }
    },

    verify({ notes }) {
      if (notes[MARKED] !== 1) return `${notes[MARKED]} cycles were marked`
      const values = `${notes[FIRST]}, ${notes[SECOND]}`
      return values === '1, 2' || values === '0, 0' ? null : `the objects have the values ${values}`
    },
  }
}
