// Goroutines that mutate random graphs, hand parts of them to each other, and count what must be
// reachable. The graph of each goroutine is reachable from one array of references. A plain model
// beside it knows the value of every node that must be there.
import {
  array,
  chan,
  enter,
  gc,
  getLocal,
  global,
  go,
  i32,
  keep,
  leave,
  local,
  nil,
  numGoroutine,
  otherwise,
  type Ref,
  readMemStats,
  ref,
  select,
  self,
  setLocal,
  struct,
  task,
} from 'sawtooth'

const Node = struct('Node', { left: self, right: self, value: i32 })
type Node = Ref<typeof Node>
const Nodes = array(ref(Node))
const Handed = chan(ref(Node))
const Done = chan(i32)
const Channels = array(ref(Handed))

const SLOTS = 64
/** The graph of each task, so that it outlives the task. */
const graphs = global(ref(Nodes), 64)
const NODE_BYTES = 16
const NODES_BYTES = 288

function random(state: { seed: number }): number {
  state.seed ^= state.seed << 13
  state.seed ^= state.seed >>> 17
  state.seed ^= state.seed << 5
  return state.seed >>> 0
}

/**
 * A chain of `length` nodes with values n, n + 1, …. The model of a slot is the chain's first value
 * and its length.
 */
function chain(first: number, length: number): Node {
  const scope = enter()
  const head = local<typeof Node>(nil)
  for (let i = length - 1; i >= 0; i--) setLocal(head, Node.new(getLocal(head), nil, first + i))
  return leave(scope, getLocal(head))
}

function verify(node: Node, first: number, length: number, where: string): void {
  let at = node
  for (let i = 0; i < length; i++) {
    if (at === nil) throw new Error(`${where}: chain ends after ${i} of ${length}`)
    if (Node.value.get(at) !== first + i)
      throw new Error(`${where}: value ${Node.value.get(at)} at ${i}, must be ${first + i}`)
    at = Node.left.get(at)
  }
  if (at !== nil) throw new Error(`${where}: chain is longer than ${length}`)
}

function count(node: Node): number {
  let n = 0
  for (let at = node; at !== nil; at = Node.left.get(at)) n++
  return n
}

const mutator = task(
  'mutator',
  [ref(Handed), ref(Handed), ref(Done), i32, i32, i32],
  function* (input, output, done, index, seed, steps) {
    const state = { seed: seed | 1 }
    const slots = keep(Nodes.new(SLOTS))
    graphs.set(index, slots)
    const first = new Int32Array(SLOTS)
    const length = new Int32Array(SLOTS)
    for (let step = 0; step < steps; step++) {
      const slot = random(state) % SLOTS
      const choice = random(state) % 16
      if (choice < 8) {
        first[slot] = random(state) & 0xffff
        length[slot] = random(state) % 12
        Nodes.set(slots, slot, chain(first[slot], length[slot]))
      } else if (choice < 11) {
        // Move: the only copy goes through a bare reference while its slot is cleared.
        const target = random(state) % SLOTS
        const node = Nodes.get(slots, slot)
        Nodes.set(slots, slot, nil)
        Nodes.set(slots, target, node)
        const [f, l] = [first[slot], length[slot]]
        first[slot] = length[slot] = 0
        first[target] = f
        length[target] = l
      } else if (choice < 13) {
        verify(Nodes.get(slots, slot), first[slot], length[slot], `slot ${slot}`)
      } else if (choice < 15) {
        // Hand the only copy to the neighbour if it has room, and take what another neighbour sent.
        const sent = yield* select(Handed.sending(output, Nodes.get(slots, slot)), otherwise)
        if (sent.index === 0) {
          Nodes.set(slots, slot, nil)
          first[slot] = length[slot] = 0
        }
        const received = yield* select(Handed.receiving(input), otherwise)
        if (received.index !== 0) continue
        const got = received.value as Node
        const n = count(got)
        const target = random(state) % SLOTS
        Nodes.set(slots, target, got)
        first[target] = got === nil ? 0 : Node.value.get(got)
        length[target] = n
        verify(got, first[target], n, 'handed')
      } else yield
    }
    for (let slot = 0; slot < SLOTS; slot++)
      verify(Nodes.get(slots, slot), first[slot], length[slot], `at the end, slot ${slot}`)
    let nodes = 0
    for (let slot = 0; slot < SLOTS; slot++) nodes += length[slot]
    yield* Done.send(done, nodes)
  },
)

export default function* main(seed = '1', steps = '200000', tasks = '4') {
  const count = Number(tasks)
  const scope = enter()
  const channels = keep(Channels.new(count))
  for (let i = 0; i < count; i++) Channels.set(channels, i, Handed.new(count))
  const done = keep(Done.new(count))
  for (let i = 0; i < count; i++) {
    const [input, output] = [Channels.get(channels, i), Channels.get(channels, (i + 1) % count)]
    go(mutator, input, output, done, i, Number(seed) * 7919 + i * 104729, Number(steps))
  }
  let nodes = 0
  for (let i = 0; i < count; i++) nodes += yield* Done.recv(done)
  leave(scope)
  // A task that has sent its last value still keeps its arguments until it ends.
  while (numGoroutine() > 1) yield
  // Only what the globals reach is reachable, and after two collections nothing else is allocated.
  gc()
  gc()
  const reachable = count * NODES_BYTES + nodes * NODE_BYTES
  const { HeapAlloc } = readMemStats()
  if (HeapAlloc !== reachable)
    throw new Error(`${HeapAlloc} bytes are live, ${reachable} are reachable`)
  console.log(`ok: ${count} tasks`)
}
