// One goroutine on each P that moves lists between the slots of a shared table, and replaces parts
// of them by new nodes. So the write barrier is never at rest, and the last path to a list is cut
// all the time.
//   -- PLACES LENGTH MILLISECONDS SEED
import {
  array,
  chan,
  enter,
  f64,
  global,
  go,
  keep,
  leave,
  local,
  nil,
  procs,
  type Ref,
  ref,
  self,
  setLocal,
  struct,
  task,
} from 'sawtooth'

const Node = struct('Node', { next: self, other: self })
const Nodes = array(ref(Node))
const Counts = chan(f64)
const table = global(ref(Nodes))

const BATCH = 100

function listOf(length: number): Ref<typeof Node> {
  const s = enter()
  const head = local(nil)
  let list: Ref<typeof Node> = nil
  for (let i = 0; i < length; i++) {
    list = Node.new(list, nil)
    setLocal(head, list)
  }
  return leave(s, list)
}

const mover = task(
  'mover',
  [f64, f64, f64, ref(Counts)],
  function* (length, deadline, seed, counts) {
    let state = seed | 1
    const random = (below: number): number => {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      return (state >>> 0) % below
    }
    let moves = 0
    while (performance.now() < deadline) {
      for (let i = 0; i < BATCH; i++) {
        const lists = table.get()
        const from = random(Nodes.length(lists))
        const to = random(Nodes.length(lists))
        const moved = Nodes.get(lists, from)
        Nodes.set(lists, from, Nodes.get(lists, to))
        Nodes.set(lists, to, moved)
        // The tail goes elsewhere. In between only this goroutine holds it.
        if (moved !== nil) {
          const tail = Node.next.get(moved)
          Node.next.set(moved, nil)
          Nodes.set(lists, random(Nodes.length(lists)), tail)
        }
        if (i % 4 === 0) {
          const fresh = listOf(length)
          const again = table.get()
          Nodes.set(again, random(Nodes.length(again)), fresh)
        }
      }
      moves += BATCH
      yield
    }
    yield* Counts.send(counts, moves)
  },
)

export default function* main(places: string, length: string, milliseconds: string, seed: string) {
  const lists = keep(Nodes.new(Number(places)))
  table.set(lists)
  for (let i = 0; i < Number(places); i++) Nodes.set(lists, i, listOf(Number(length)))
  const counts = keep(Counts.new())
  const deadline = performance.now() + Number(milliseconds)
  for (let p = 0; p < procs(); p++)
    go.on(p, mover, Number(length), deadline, Number(seed) + p, counts)
  let moves = 0
  for (let p = 0; p < procs(); p++) moves += yield* Counts.recv(counts)
  console.log(moves)
}
