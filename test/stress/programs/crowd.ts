// Goroutines in a ring that pass chains on through unbuffered channels, and use whatever else the
// runtime has: a mutex, sleep, forks and a wait group, deep stacks, large objects, forced cycles.
// What each must receive, and what must be left at the end, is known beforehand.
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
  mutex,
  nil,
  numGoroutine,
  type Ref,
  readMemStats,
  ref,
  select,
  self,
  setLocal,
  sleep,
  struct,
  task,
  timeout,
  waitGroup,
} from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })
type Node = Ref<typeof Node>
const Nodes = array(ref(Node))
const Handed = chan(ref(Node))
const Done = chan(i32)
const Channels = array(ref(Handed))

/** What outlives the tasks: a chain of each. */
const left = global(ref(Nodes))
const LEFT_SLOTS = 64
const LEFT_BYTES = 288
const NODE_BYTES = 16
/**
 * The elements of an array that is a large object (above 32 KiB), and how many of them are set:
 * more than the barrier's buffer holds.
 */
const LARGE = 9000
const LARGE_SET = 1500
const DEPTH = 120
/** Guarded by the mutex. */
const locked = global(i32)

function random(state: { seed: number }): number {
  state.seed ^= state.seed << 13
  state.seed ^= state.seed >>> 17
  state.seed ^= state.seed << 5
  return state.seed >>> 0
}

/** Nodes with values first, first + 1, … */
function chain(first: number, length: number): Node {
  const scope = enter()
  const head = local<typeof Node>(nil)
  for (let i = length - 1; i >= 0; i--) setLocal(head, Node.new(getLocal(head), first + i))
  return leave(scope, getLocal(head))
}

function verify(node: Node, first: number, length: number, where: string): void {
  let at = node
  for (let i = 0; i < length; i++) {
    if (at === nil) throw new Error(`${where}: the chain ends after ${i} of ${length}`)
    if (Node.value.get(at) !== first + i)
      throw new Error(`${where}: node ${i} is ${Node.value.get(at)}, not ${first + i}`)
    at = Node.next.get(at)
  }
  if (at !== nil) throw new Error(`${where}: the chain is longer than ${length}`)
}

/** What task `index` sends in its `n`th round. */
const firstOf = (index: number, n: number): number => index * 100_000 + n * 10
const lengthOf = (n: number): number => 1 + (n % 5)

/** A deep shadow stack: each level keeps a chain while the next ones allocate. */
function descend(depth: number): void {
  const scope = enter()
  const own = keep(chain(depth, 3))
  if (depth > 0) descend(depth - 1)
  verify(own, depth, 3, `at depth ${depth}`)
  leave(scope)
}

/** A large object whose elements are set again and again: many more stores than allocations. */
function fill(seed: number): void {
  const scope = enter()
  const large = keep(Nodes.new(LARGE))
  const one = keep(chain(seed, 2))
  const other = keep(chain(-seed, 2))
  for (let i = 0; i < LARGE_SET; i++) Nodes.set(large, i, i % 2 === 0 ? one : other)
  for (let i = 0; i < LARGE_SET; i += 50)
    verify(Nodes.get(large, i), seed, 2, `large object, element ${i}`)
  leave(scope)
}

const child = task(
  'child',
  [ref(Node), ref(waitGroup), i32, i32],
  function* (node, group, first, length) {
    yield
    verify(node, first, length, 'a fork')
    waitGroup.done(group)
  },
)

const member = task(
  'member',
  [ref(Handed), ref(Handed), ref(Done), ref(mutex), ref(waitGroup), i32, i32, i32, i32],
  function* (input, output, done, lock, group, index, count, rounds, seed) {
    const state = { seed: seed | 1 }
    const previous = (index + count - 1) % count
    let sent = 0
    let received = 0
    let locks = 0
    Nodes.set(left.get(), index, chain(index, index + 1))
    while (sent < rounds || received < rounds) {
      const scope = enter()
      const next = keep(sent < rounds ? chain(firstOf(index, sent), lengthOf(sent)) : nil)
      switch (random(state) % 24) {
        case 0:
          descend(DEPTH)
          break
        case 1:
          fill(sent)
          break
        case 2:
          yield* sleep(random(state) % 2)
          break
        case 3: {
          yield* mutex.lock(lock)
          const before = locked.get()
          yield
          locked.set(before + 1)
          mutex.unlock(lock)
          locks++
          break
        }
        case 4:
          waitGroup.add(group, 1)
          go(child, chain(sent, 4), group, sent, 4)
          break
        case 5:
          if (index === 0) gc()
          break
      }
      const sending = sent < rounds ? Handed.sending(output, next) : timeout(1000)
      const receiving = received < rounds ? Handed.receiving(input) : timeout(1000)
      const chosen = yield* select(sending, receiving)
      if (chosen.index === 0 && sent < rounds) sent++
      else if (chosen.index === 1 && received < rounds) {
        verify(
          chosen.value as Node,
          firstOf(previous, received),
          lengthOf(received),
          `round ${received} of ${previous}`,
        )
        received++
      }
      leave(scope)
    }
    yield* Done.send(done, locks)
  },
)

export default function* main(seed = '1', rounds = '300', tasks = '6') {
  const count = Number(tasks)
  const scope = enter()
  const channels = keep(Channels.new(count))
  for (let i = 0; i < count; i++) Channels.set(channels, i, Handed.new())
  const done = keep(Done.new())
  const lock = keep(mutex.new())
  const group = keep(waitGroup.new(0))
  left.set(Nodes.new(LEFT_SLOTS))
  for (let i = 0; i < count; i++) {
    const [input, output] = [Channels.get(channels, i), Channels.get(channels, (i + 1) % count)]
    go(
      member,
      input,
      output,
      done,
      lock,
      group,
      i,
      count,
      Number(rounds),
      Number(seed) * 7919 + i * 104729,
    )
  }
  let locks = 0
  for (let i = 0; i < count; i++) locks += yield* Done.recv(done)
  yield* waitGroup.wait(group)
  if (locked.get() !== locks)
    throw new Error(`the mutex was held ${locks} times, and its counter says ${locked.get()}`)
  leave(scope)
  // A task that has sent its last value still keeps its arguments until it ends.
  while (numGoroutine() > 1) yield
  gc()
  gc()
  let reachable = LEFT_BYTES
  for (let i = 0; i < count; i++) {
    verify(Nodes.get(left.get(), i), i, i + 1, `what task ${i} left`)
    reachable += (i + 1) * NODE_BYTES
  }
  const { HeapAlloc } = readMemStats()
  if (HeapAlloc !== reachable)
    throw new Error(`${HeapAlloc} bytes are live, ${reachable} are reachable`)
  console.log(`ok: ${count} tasks`)
}
