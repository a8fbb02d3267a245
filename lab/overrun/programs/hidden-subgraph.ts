// A pointer that the collector finds last.
//
// 1. The only reference to a tree is in the last node of a long list. The list is marked one node
//    after the other.
// 2. Before the marker comes there, a goroutine whose stack has already been scanned takes the
//    reference out and keeps it.
// 3. The deletion shade then waits in the barrier buffer of that goroutine's P, until a P that
//    believes the mark to be over asks for the buffer.
// 4. Meanwhile one goroutine on each other P allocates and drops.
//
//   -- LIST_NODES TREE_NODES MILLISECONDS SEED
import {
  chan,
  enter,
  f64,
  global,
  go,
  i32,
  keep,
  leave,
  local,
  nil,
  poll,
  procs,
  type Ref,
  ref,
  self,
  setLocal,
  struct,
  task,
} from 'sawtooth'

/** 16 bytes, its header included. */
const Node = struct('Node', { left: self, right: self, value: i32 })
const Done = chan(f64)
const list = global(ref(Node))
/**
 * The address of the list's last node. The collector does not take it for a reference; the list
 * keeps the node alive.
 */
const last = global(i32)

const BATCH = 1000
/**
 * How long the reference stays in one place, in ms: longer than a mark, so that most cycles see at
 * most one move.
 */
const LEAST_STAY_MS = 1
const MOST_STAY_MS = 12

function treeOf(nodes: number): Ref<typeof Node> {
  if (nodes === 0) return nil
  const s = enter()
  const half = (nodes - 1) >> 1
  const left = keep(treeOf(half))
  return leave(s, Node.new(left, treeOf(nodes - 1 - half), nodes))
}

/**
 * Works without a safepoint that would flush the barrier buffer: the goroutine neither allocates
 * nor waits.
 */
function stay(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until) poll()
}

const hider = task('hider', [f64, f64, f64, ref(Done)], function* (nodes, deadline, seed, done) {
  let state = seed | 1
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
  const holder = (): Ref<typeof Node> => last.get() as Ref<typeof Node>
  const hand = local(nil)
  let moves = 0
  while (performance.now() < deadline) {
    // A new tree each time, so that no cycle expects its work.
    const tree = treeOf(nodes)
    Node.left.set(holder(), tree)
    setLocal(hand, nil)
    stay(LEAST_STAY_MS + random() * (MOST_STAY_MS - LEAST_STAY_MS))
    setLocal(hand, Node.left.get(holder()))
    Node.left.set(holder(), nil)
    stay(LEAST_STAY_MS + random() * (MOST_STAY_MS - LEAST_STAY_MS))
    moves++
  }
  yield* Done.send(done, moves)
})

const dropper = task('dropper', [f64, ref(Done)], function* (deadline, done) {
  while (performance.now() < deadline) {
    for (let i = 0; i < BATCH; i++) Node.new(nil, nil, i)
    yield
  }
  yield* Done.send(done, 0)
})

export default function* main(
  listNodes: string,
  treeNodes: string,
  milliseconds: string,
  seed: string,
) {
  const s = enter()
  let head = Node.new(nil, nil, 0)
  last.set(head)
  list.set(head)
  for (let i = 1; i < Number(listNodes); i++) {
    head = Node.new(nil, list.get(), i)
    list.set(head)
  }
  leave(s)
  const done = keep(Done.new())
  const deadline = performance.now() + Number(milliseconds)
  const lastP = procs() - 1
  go.on(lastP, hider, Number(treeNodes), deadline, Number(seed), done)
  for (let p = 0; p < lastP; p++) go.on(p, dropper, deadline, done)
  let moves = 0
  for (let p = 0; p <= lastP; p++) moves += yield* Done.recv(done)
  console.log(moves)
}
