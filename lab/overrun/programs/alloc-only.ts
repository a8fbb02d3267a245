// The program of golang/go#52433: goroutines that only allocate objects of 16 bytes and drop them,
// beside a tree that lives. Once the tree stands the program asks for a collection, so that a
// reader of the cycles can tell where the goroutines begin. lab/overrun/go/alloc-only.go is the
// same in Go.
//   -- [--goroutines N] [--live BYTES] [--seconds S]
import { parseArgs } from 'node:util'
import {
  chan,
  enter,
  f64,
  gc,
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

/** 16 bytes, its header included. */
const Node = struct('Node', { left: self, right: self, value: i32 })
const Counts = chan(f64)

/** Objects between two readings of the clock. */
const BATCH = 1000

/** A balanced tree of `nodes` objects. */
function treeOf(nodes: number): Ref<typeof Node> {
  if (nodes < 1) return nil
  const s = enter()
  const left = keep(treeOf((nodes - 1) >> 1))
  return leave(s, Node.new(left, treeOf(nodes >> 1), nodes))
}

const allocator = task('allocator', [f64, ref(Counts)], function* (deadline, counts) {
  let dropped = 0
  while (Date.now() < deadline) {
    for (let i = 0; i < BATCH; i++) Node.new(nil, nil, i)
    dropped += BATCH
    yield
  }
  yield* Counts.send(counts, dropped)
})

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const options = { goroutines: text, live: text, seconds: text } as const
  const { goroutines = '4', live = '0', seconds = '1' } = parseArgs({ args, options }).values
  const tree = keep(treeOf(Math.floor(Number(live) / 16)))
  gc()
  const counts = keep(Counts.new())
  const deadline = Date.now() + Number(seconds) * 1000
  for (let i = 0; i < Number(goroutines); i++) go(allocator, deadline, counts)
  let dropped = 0
  for (let i = 0; i < Number(goroutines); i++) dropped += yield* Counts.recv(counts)
  console.log(`${dropped} objects dropped; tree of ${tree === nil ? 0 : Node.value.get(tree)}`)
}
