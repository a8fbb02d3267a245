// What puts a reference on the stack of a goroutine that runs, under `--stack-scans any`: each
// shades it. The scan comes at the worst time: while the only reference is in a variable.

import { expect, test } from 'vitest'
import { BreachError } from '../../../gc/verify/breach.ts'
import { STOP_FORCED_CYCLE, STOP_TERMINATION } from '../../../gc/world.ts'
import { PHASE, PHASE_OFF } from '../../../memory/words/control.ts'
import { chan } from '../../../runtime/program/channels.ts'
import { meta, p, stack } from '../../../runtime/program/current.ts'
import { i32, nil, type Ref, ref } from '../../../runtime/program/kinds.ts'
import { enter, keep, leave, local, setLocal } from '../../../runtime/program/locals.ts'
import { struct } from '../../../runtime/program/struct.ts'
import { go, task } from '../../../runtime/program/task.ts'
import type { Coroutine } from '../../../scheduler/fiber.ts'
import { HandRun, type HandRunOptions } from '../../support/run-by-hand.ts'

/** What the program of a test has. */
interface Scene {
  readonly Node: ReturnType<typeof nodeType>
  readonly Pair: ReturnType<typeof pairType>
  /** A node that only a variable refers to, while a cycle marks and the stack is scanned. */
  bare(): Ref<ReturnType<typeof nodeType>>
  /** Marks what is left, and ends the mark. Throws a BreachError if it would lose an object. */
  endMark(): void
}

const nodeType = () => struct('Node', { value: i32 })
const pairType = (Node: ReturnType<typeof nodeType>) =>
  struct('Pair', { first: ref(Node), second: ref(Node) })

let runs = 100

/** Runs a main that `program` makes, on one P. */
function run(program: (scene: Scene) => () => Coroutine, options: HandRunOptions = {}): void {
  const hand = new HandRun(runs++, { stackScans: 'any', ...options })
  hand.serve()
  const Node = nodeType()
  const scene: Scene = {
    Node,
    Pair: pairType(Node),
    bare() {
      const scope = enter()
      const node = keep(Node.new(42))
      p.collector.publish()
      p.collector.act(STOP_FORCED_CYCLE)
      leave(scope)
      // Over what lies above the top, or the scan would still read it there.
      keep(nil)
      leave(scope)
      while (p.collector.roots.scanNext('running') >= 0);
      return node
    },
    endMark() {
      p.collector.drain.drainStopped()
      p.collector.publish()
      p.collector.act(STOP_TERMINATION)
      expect(meta[PHASE]).toBe(PHASE_OFF)
    },
  }
  hand.go(program(scene))
}

test.each<[string, (node: Ref<Scene['Node']>) => void]>([
  ['keep', node => keep(node)],
  ['local', node => local(node)],
  [
    'setLocal',
    node => {
      const slot = local<Scene['Node']>(nil)
      setLocal(slot, node)
    },
  ],
])('%s shades what it puts on the stack', (_, put) => {
  run(
    ({ Node, bare, endMark }) =>
      function* main() {
        const node = bare()
        put(node)
        endMark()
        expect(Node.value.get(node)).toBe(42)
      },
  )
})

test('a reference that is put there without a shade is lost', () => {
  expect(() =>
    run(
      ({ bare, endMark }) =>
        function* main() {
          meta[stack.top++] = bare()
          endMark()
        },
    ),
  ).toThrow(BreachError)
})

/** A collection comes before each allocation. Here it only ends the mark that runs. */
test('a constructor shades what it keeps while it waits for memory', () => {
  const options = { zealEvery: 1 }
  run(
    ({ Node, Pair, bare, endMark }) =>
      function* main() {
        p.collector.collect = () => {
          if (meta[PHASE] !== PHASE_OFF) endMark()
        }
        const pair = keep(Pair.new(bare(), nil))
        expect(Node.value.get(Pair.first.get(pair))).toBe(42)
      },
    options,
  )
})

test('an operation shades what it keeps while it waits', () => {
  run(({ Node, bare, endMark }) => {
    const Nodes = chan(ref(Node))
    const receiver = task('receiver', [ref(Nodes)], function* (nodes) {
      keep(nodes)
      // Perhaps the P has done so, since main gave it up.
      if (meta[PHASE] !== PHASE_OFF) endMark()
      expect(Node.value.get(yield* Nodes.recv(nodes))).toBe(42)
    })
    return function* main() {
      const nodes = keep(Nodes.new())
      const operation = Nodes.send(nodes, bare())
      go(receiver, nodes)
      yield* operation
    }
  })
})
