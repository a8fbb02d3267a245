// One goroutine on each P that allocates 16-byte objects and drops them, beside a tree that lives.
//   -- LIVE_NODES MILLISECONDS
import {
  chan,
  enter,
  f64,
  go,
  i32,
  keep,
  leave,
  nil,
  procs,
  type Ref,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'

/** 16 bytes, its header included. */
const Node = struct('Node', { left: self, right: self, value: i32 })
const Counts = chan(f64)

const BATCH = 1000

function treeOf(nodes: number): Ref<typeof Node> {
  if (nodes === 0) return nil
  const s = enter()
  const half = (nodes - 1) >> 1
  const left = keep(treeOf(half))
  return leave(s, Node.new(left, treeOf(nodes - 1 - half), nodes))
}

const dropper = task('dropper', [f64, ref(Counts)], function* (deadline, counts) {
  let dropped = 0
  while (performance.now() < deadline) {
    for (let i = 0; i < BATCH; i++) Node.new(nil, nil, i)
    dropped += BATCH
  }
  yield* Counts.send(counts, dropped)
})

export default function* main(nodes: string, milliseconds: string) {
  const tree = keep(treeOf(Number(nodes)))
  const counts = keep(Counts.new())
  const deadline = performance.now() + Number(milliseconds)
  for (let p = 0; p < procs(); p++) go.on(p, dropper, deadline, counts)
  let dropped = 0
  for (let p = 0; p < procs(); p++) dropped += yield* Counts.recv(counts)
  if (Number(nodes) > 0 && Node.value.get(tree) !== Number(nodes))
    throw new Error('the tree that lives is damaged')
  console.log(dropped)
}
