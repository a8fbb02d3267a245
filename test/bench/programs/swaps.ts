// Two goroutines that do little but store references: each swaps the children of random nodes in
// one table that they share, and replaces some by new ones. So cycles follow each other, and the
// barrier is on for most of the time.
//   -- [MILLIONS]     swaps of each goroutine
import {
  array,
  chan,
  enter,
  go,
  i32,
  keep,
  leave,
  nil,
  type Ref,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'
import { xorshift } from '../../../examples/shared/xorshift.ts'

const Node = struct('Node', { left: self, right: self })
const Nodes = array(ref(Node))
const Done = chan(i32)
const SIZE = 1 << 16

function swap(table: Ref<typeof Nodes>, random: () => number): void {
  const [a, b] = [Nodes.get(table, random() % SIZE), Nodes.get(table, random() % SIZE)]
  const left = Node.left.get(a)
  Node.left.set(a, Node.right.get(b))
  Node.right.set(b, left)
}

const swapper = task(
  'swapper',
  [ref(Nodes), ref(Done), i32, i32],
  function* (table, done, times, seed) {
    const random = xorshift(seed)
    for (let i = 0; i < times; i++) {
      if (i % 1000 === 0) yield
      if (i % 8 === 0) Nodes.set(table, random() % SIZE, Node.new(nil, nil))
      else swap(table, random)
    }
    yield* Done.send(done, 1)
  },
)

export default function* main(millions = '4') {
  const table = keep(Nodes.new(SIZE))
  for (let index = 0; index < SIZE; index++) {
    const scope = enter()
    Nodes.set(table, index, keep(Node.new(nil, nil)))
    leave(scope)
  }
  const done = keep(Done.new())
  for (const seed of [1, 2]) go(swapper, table, done, Number(millions) * 1e6, seed)
  for (let ended = 0; ended < 2; ended++) yield* Done.recv(done)
}
