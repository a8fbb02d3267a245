// Overflows the native stack in many ways, so that the overflow strikes at many depths: in the
// program, in a fast or a slow path of an allocation, while a cycle marks or not. Each time the
// program catches it, collects, and counts what must be there.
//   -- [TIMES]             catches TIMES overflows
//   -- OFFSET WAY          does not catch one, in WAY (0 to 4), OFFSET small frames deeper
import {
  array,
  chan,
  enter,
  gc,
  getLocal,
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

const Node = struct('Node', { next: self, value: i32 })
type Node = Ref<typeof Node>
const Nodes = array(ref(Node))
const Bytes = array(i32)
const Done = chan(i32)

const SLOTS = 64
/** Holds results that are not needed, so that V8 leaves out no call. */
let sink = 0

/** Each frame allocates, in one of several ways. Its locals make it larger or smaller. */
function small(slots: Ref<typeof Nodes>, depth: number): number {
  const scope = enter()
  const node = keep(Node.new(Nodes.get(slots, depth & (SLOTS - 1)), depth))
  // Short chains, so that there is always something to free.
  Nodes.set(slots, depth & (SLOTS - 1), (depth & 255) < SLOTS ? Node.new(nil, depth) : node)
  const result = small(slots, depth + 1) + 1
  leave(scope)
  return result
}

function wide(slots: Ref<typeof Nodes>, depth: number): number {
  const [a, b, c, d, e, f] = [depth, depth + 1, depth + 2, depth + 3, depth + 4, depth + 5]
  const node = Node.new(nil, a)
  Nodes.set(slots, depth & (SLOTS - 1), node)
  const result = wide(slots, depth + 1)
  return result + a + b + c + d + e + f
}

function large(slots: Ref<typeof Nodes>, depth: number): number {
  if ((depth & 15) === 0) sink += Bytes.length(Bytes.new(3000 + depth))
  if ((depth & 63) === 0) poll()
  Nodes.set(slots, depth & (SLOTS - 1), Node.new(nil, depth))
  return large(slots, depth + 1) + 1
}

/** Only keeps references: at some depth the shadow stack grows just as the native stack ends. */
function keeping(slots: Ref<typeof Nodes>, depth: number): number {
  const scope = enter()
  keep(Nodes.get(slots, depth & (SLOTS - 1)))
  const result = keeping(slots, depth + 1) + 1
  leave(scope)
  return result
}

/** Only stores: while a cycle marks, the barrier's buffer is flushed at every 256th. */
function storing(slots: Ref<typeof Nodes>, depth: number): number {
  Nodes.set(slots, depth & (SLOTS - 1), Nodes.get(slots, (depth * 7) & (SLOTS - 1)))
  return storing(slots, depth + 1) + 1
}

const ways = [small, wide, large, keeping, storing]

/** Moves the depth at which the stack ends by a few bytes. */
function offset(frames: number, way: (typeof ways)[number], slots: Ref<typeof Nodes>): number {
  return frames === 0 ? way(slots, 0) : offset(frames - 1, way, slots) + 1
}

function chain(length: number): Node {
  const scope = enter()
  const head = local<typeof Node>(nil)
  for (let value = length; value > 0; value--) setLocal(head, Node.new(getLocal(head), value))
  return leave(scope, getLocal(head))
}

function sum(node: Node): number {
  let total = 0
  for (let at = node; at !== nil; at = Node.next.get(at)) total += Node.value.get(at)
  return total
}

const companion = task('companion', [ref(Done), i32], function* (done, rounds) {
  // Keeps cycles going on the other Ps, so that the overflow meets marking, assists and stops.
  const kept = keep(chain(2000))
  for (let round = 0; round < rounds; round++) {
    sink += sum(chain(500))
    yield
  }
  yield* Done.send(done, sum(kept))
})

export default function* main(times = '300', uncaughtWay = '') {
  const slots = keep(Nodes.new(SLOTS))
  const kept = keep(chain(1000))
  if (uncaughtWay !== '') sink += offset(Number(times), ways[Number(uncaughtWay)], slots)
  const done = keep(Done.new(procs()))
  let overflows = 0
  for (let time = 0; time < Number(times); time++) {
    if (time % 50 === 0) go(companion, done, 400)
    const scope = enter()
    try {
      sink += offset(time % 37, ways[time % ways.length], slots)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      overflows++
    }
    leave(scope)
    for (let slot = 0; slot < SLOTS; slot++) Nodes.set(slots, slot, nil)
    gc()
    if (sum(kept) !== 500_500)
      throw new Error(`after overflow ${overflows} the sum is ${sum(kept)}`)
    yield
  }
  for (let time = 0; time < Number(times); time += 50) {
    const total = yield* Done.recv(done)
    if (total !== 2_001_000) throw new Error(`a companion's sum is ${total}`)
  }
  console.log(`${overflows} overflows, ${sink === 0 ? 'none' : 'heap sound after each'}`)
}
