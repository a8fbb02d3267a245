// The program of golang/go#52433: goroutines that only allocate objects of 16 bytes and drop them,
// beside a tree that lives. Once the tree stands the program asks for a collection, so that a
// reader of the cycles can tell where the goroutines begin. lab/overrun/go/alloc-only.go is the
// same in Go.
//   -- [--goroutines N] [--live BYTES] [--ballast BYTES] [--seconds S]
//      [--rate BYTES] [--batch N] [--touch N]
//
// Four options are not in Go's. Three of them slow it down, as golang/go#52433 does to spare its
// tests.
//   --ballast  bytes that live without references, in pieces of 1 MiB: a large heap at once
//   --rate   bytes that each goroutine may allocate in a second; it yields until a batch is due
//   --batch  objects between two yields; 1 is a Gosched in the innermost loop
//   --touch  how often each object is written to, beside its constructor
import { parseArgs } from 'node:util'
import {
  array,
  bytes,
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

const NODE_BYTES = 16
const References = array(ref)
const PIECE = 2 ** 20

/** A balanced tree of `nodes` objects. */
function treeOf(nodes: number): Ref<typeof Node> {
  if (nodes < 1) return nil
  const s = enter()
  const left = keep(treeOf((nodes - 1) >> 1))
  return leave(s, Node.new(left, treeOf(nodes >> 1), nodes))
}

const Options = struct('Options', { deadline: f64, rate: f64, batch: i32, touch: i32 })

const allocator = task('allocator', [ref(Options), ref(Counts)], function* (options, counts) {
  const deadline = Options.deadline.get(options)
  const batch = Options.batch.get(options)
  const touch = Options.touch.get(options)
  const batchMs = (batch * NODE_BYTES * 1000) / Options.rate.get(options)
  let dropped = 0
  let due = 0
  while (Date.now() < deadline) {
    for (let i = 0; i < batch; i++) {
      const node = Node.new(nil, nil, i)
      for (let write = 0; write < touch; write++) Node.value.set(node, write)
    }
    dropped += batch
    // A batch that comes late does not make the next ones come sooner.
    due = Math.max(due, performance.now()) + batchMs
    do yield
    while (performance.now() < due && Date.now() < deadline)
  }
  yield* Counts.send(counts, dropped)
})

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const names = {
    goroutines: text,
    live: text,
    ballast: text,
    seconds: text,
    rate: text,
    batch: text,
    touch: text,
  }
  const given = parseArgs({ args, options: names }).values
  const { goroutines = '4', live = '0', ballast = '0', seconds = '1' } = given
  const { rate = 'Infinity', batch = '1000', touch = '0' } = given
  const tree = keep(treeOf(Math.floor(Number(live) / 16)))
  const pieces = keep(References.new(Math.floor(Number(ballast) / PIECE)))
  for (let i = 0; i < References.length(pieces); i++) References.set(pieces, i, bytes.new(PIECE))
  gc()
  const counts = keep(Counts.new())
  const deadline = Date.now() + Number(seconds) * 1000
  const options = keep(Options.new(deadline, Number(rate), Number(batch), Number(touch)))
  for (let i = 0; i < Number(goroutines); i++) go(allocator, options, counts)
  console.log(`${goroutines} allocators run`)
  let dropped = 0
  for (let i = 0; i < Number(goroutines); i++) dropped += yield* Counts.recv(counts)
  console.log(`${dropped} objects dropped; tree of ${tree === nil ? 0 : Node.value.get(tree)}`)
}
