// Many tasks that allocate 16-byte objects and drop them, beside a tree that lives. Watch it with
// --gctrace.
//   -- [--tasks N] [--live SIZE] [--seconds S]
import { parseArgs } from 'node:util'
import {
  chan,
  enter,
  f64,
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
import { bytesOf } from './shared/size.ts'

/** 16 bytes, its header included. */
const Node = struct('Node', { left: self, right: self, value: i32 })
const Counts = chan(f64)

/** A balanced tree of the numbers from `first` to `end`, without `end`. */
function treeOf(first: number, end: number): Ref<typeof Node> {
  if (first === end) return nil
  const s = enter()
  const middle = Math.floor((first + end) / 2)
  const left = keep(treeOf(first, middle))
  return leave(s, Node.new(left, treeOf(middle + 1, end), middle))
}

/** Depends on each number in the tree, and on their order. */
function checksum(tree: Ref<typeof Node>, before = 0): number {
  if (tree === nil) return before
  const left = checksum(Node.left.get(tree), before)
  return checksum(Node.right.get(tree), Math.imul(left + Node.value.get(tree), 31))
}

const storm = task(
  'storm',
  [f64, f64, f64, ref(Counts)],
  function* (objects, batch, deadline, counts) {
    let dropped = 0
    while (dropped < objects && Date.now() < deadline) {
      for (let i = 0; i < batch; i++) Node.new(nil, nil, i)
      dropped += batch
      yield
    }
    yield* Counts.send(counts, dropped)
  },
)

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const options = { small: { type: 'boolean' }, tasks: text, live: text, seconds: text } as const
  const {
    small,
    tasks = small ? 16 : 64,
    live = small ? '4KiB' : '4MiB',
    seconds,
  } = parseArgs({ args, options }).values
  const [objects, batch] =
    seconds !== undefined ? [Infinity, 1000] : small ? [100, 50] : [250_000, 1000]
  const deadline = seconds !== undefined ? Date.now() + Number(seconds) * 1000 : Infinity

  const nodes = Math.floor(bytesOf(live) / 16)
  const tree = keep(treeOf(0, nodes))
  const counts = keep(Counts.new())
  for (let i = 0; i < Number(tasks); i++) go(storm, objects, batch, deadline, counts)
  let dropped = 0
  for (let i = 0; i < Number(tasks); i++) dropped += yield* Counts.recv(counts)

  console.log(`tasks ${tasks}`)
  console.log(`live tree of ${nodes} objects, checksum ${checksum(tree)}`)
  console.error(`${dropped} objects dropped`)
}
