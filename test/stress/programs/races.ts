// Every way in which a reference can be hidden from a marker, again and again, on little data. It
// is meant for controlled schedules, where a run of some ten thousand turns meets more
// interleavings than an hour of threads. Each object carries a number that says what it must be. A
// lost object is found by its number, by checkmark, or as a stale reference (--check).
import {
  array,
  chan,
  enter,
  gc,
  global,
  go,
  i32,
  keep,
  leave,
  mutex,
  nil,
  otherwise,
  type Ref,
  readMemStats,
  ref,
  select,
  self,
  sleep,
  struct,
  task,
  waitGroup,
} from 'sawtooth'

const Node = struct('Node', { next: self, other: self, number: i32 })
type Node = Ref<typeof Node>
const Slots = array(ref(Node))
const Nodes = chan(ref(Node))

/** What hangs from here is old: a cycle has it black before the tasks' stacks are. */
const old = global(ref(Slots))
const shared = global(ref(Node), 8)

interface Random {
  seed: number
}

function random(state: Random, below: number): number {
  state.seed ^= state.seed << 13
  state.seed ^= state.seed >>> 17
  state.seed ^= state.seed << 5
  return (state.seed >>> 0) % below
}

function expect(node: Node, number: number, where: string): void {
  if (node === nil) throw new Error(`${where}: nil, must be ${number}`)
  if (Node.number.get(node) !== number)
    throw new Error(`${where}: ${Node.number.get(node)}, must be ${number}`)
}

/** Garbage of the nodes' size, so that what was freed is used again. */
function litter(count: number): void {
  for (let i = 0; i < count; i++) Node.new(nil, nil, -1)
}

/** A goroutine whose argument is the only path to a node: puts it back. */
const carrier = task(
  'carrier',
  [ref(Slots), ref(Node), ref(waitGroup), i32, i32],
  function* (slots, node, group, index, number) {
    yield
    litter(2)
    expect(node, number, 'carrier')
    Slots.set(slots, index, node)
    waitGroup.done(group)
  },
)

/** A goroutine that keeps what it receives on its stack for a while, and sends it on. */
const courier = task('courier', [ref(Nodes), ref(Nodes)], function* (input, output) {
  for (;;) {
    const scope = enter()
    const node = yield* Nodes.next(input)
    if (node === undefined) return
    keep(node)
    litter(1)
    yield
    yield* Nodes.send(output, node)
    leave(scope)
  }
})

const SLOTS = 6

/** Slot `i` of a task holds a node with number `base + i`, whose `next` has that plus 1000. */
const mutator = task(
  'mutator',
  [ref(Nodes), ref(Nodes), ref(mutex), ref(waitGroup), i32, i32, i32],
  function* (out, back, lock, done, index, seed, steps) {
    const state = { seed: seed | 1 }
    const base = index * 100
    const slots = keep(Slots.new(SLOTS))
    const group = keep(waitGroup.new())
    for (let i = 0; i < SLOTS; i++) {
      const scope = enter()
      const tail = keep(Node.new(nil, nil, base + i + 1000))
      Slots.set(slots, i, Node.new(tail, nil, base + i))
      leave(scope)
    }
    shared.set(index, Slots.get(slots, 0))
    for (let step = 0; step < steps; step++) {
      const scope = enter()
      const i = random(state, SLOTS)
      const node = Slots.get(slots, i)
      expect(node, base + i, 'slot')
      switch (random(state, 10)) {
        case 0: {
          // From the heap to this stack only, and back.
          keep(node)
          Slots.set(slots, i, nil)
          litter(random(state, 4))
          yield
          expect(node, base + i, 'hidden on the stack')
          Slots.set(slots, i, node)
          break
        }
        case 1: {
          // The same with what hangs from it, by a field.
          keep(node)
          const tail = keep(Node.next.get(node))
          Node.next.set(node, nil)
          litter(random(state, 4))
          expect(tail, base + i + 1000, 'hidden from a field')
          Node.next.set(node, tail)
          break
        }
        case 2: {
          // New on this stack, its only copy stored where a marker may have been already.
          const tail = keep(Node.new(nil, nil, base + i + 1000))
          litter(random(state, 3))
          Slots.set(slots, i, Node.new(tail, nil, base + i))
          break
        }
        case 3: {
          // Through a global, which is scanned early.
          keep(node)
          Slots.set(slots, i, nil)
          shared.set(index, node)
          leave(scope)
          litter(1)
          yield
          const again = shared.get(index)
          expect(again, base + i, 'in a global')
          Slots.set(slots, i, again)
          break
        }
        case 4: {
          // Over two channels and another goroutine's stack.
          keep(node)
          Slots.set(slots, i, nil)
          yield* Nodes.send(out, node)
          leave(scope)
          const inner = enter()
          const again = keep(yield* Nodes.recv(back))
          const number = Node.number.get(again)
          litter(1)
          // It may be another task's: theirs is on its way to somebody else.
          expect(Node.next.get(again), number + 1000, 'handed over')
          const tail = keep(Node.new(nil, nil, base + i + 1000))
          Slots.set(slots, i, Node.new(tail, nil, base + i))
          leave(inner)
          break
        }
        case 5: {
          // As the argument of a new goroutine.
          waitGroup.add(group, 1)
          keep(node)
          Slots.set(slots, i, nil)
          go(carrier, slots, node, group, i, base + i)
          leave(scope)
          yield* waitGroup.wait(group)
          break
        }
        case 6: {
          // Into an old object and out of it, under a lock.
          keep(node)
          yield* mutex.lock(lock)
          const olds = old.get()
          Slots.set(olds, index, node)
          Slots.set(slots, i, nil)
          mutex.unlock(lock)
          leave(scope)
          yield* sleep(random(state, 2))
          const again = Slots.get(old.get(), index)
          expect(again, base + i, 'in an old object')
          Slots.set(slots, i, again)
          Slots.set(old.get(), index, nil)
          break
        }
        case 7: {
          // As above, if the channel has room. A copy is sent, since only the receiver may use it.
          const tail = keep(Node.new(nil, nil, base + i + 1000))
          const copy = keep(Node.new(tail, nil, base + i))
          const sent = yield* select(Nodes.sending(out, copy), otherwise)
          if (sent.index === 0) yield* Nodes.recv(back)
          break
        }
        case 8: {
          // The same with a node that was never anywhere but on this stack.
          waitGroup.add(group, 1)
          const tail = keep(Node.new(nil, nil, base + i + 1000))
          const lone = keep(Node.new(tail, nil, base + i))
          litter(random(state, 4))
          go(carrier, slots, lone, group, i, base + i)
          leave(scope)
          yield* waitGroup.wait(group)
          break
        }
        default:
          // The stack moves to a larger segment.
          for (let n = 0; n < 70; n++) keep(node)
          litter(1)
          expect(node, base + i, 'on a grown stack')
      }
      leave(scope)
    }
    for (let i = 0; i < SLOTS; i++) {
      expect(Slots.get(slots, i), base + i, 'at the end')
      expect(Node.next.get(Slots.get(slots, i)), base + i + 1000, 'at the end, next')
    }
    waitGroup.done(done)
  },
)

export default function* main(seed = '1', steps = '20', tasks = '2') {
  const count = Number(tasks)
  const scope = enter()
  old.set(Slots.new(8))
  const out = keep(Nodes.new(1))
  const back = keep(Nodes.new(0))
  const lock = keep(mutex.new())
  const done = keep(waitGroup.new())
  waitGroup.add(done, count)
  for (let i = 0; i < 2; i++) go(courier, out, back)
  for (let i = 0; i < count; i++)
    go(mutator, out, back, lock, done, i, Number(seed) * 7919 + i * 104729, Number(steps))
  yield* waitGroup.wait(done)
  Nodes.close(out)
  leave(scope)
  for (let i = 0; i < 8; i++) shared.set(i, nil)
  old.set(nil)
  gc()
  gc()
  const { HeapAlloc } = readMemStats()
  // Goroutines that are about to end may keep a little.
  if (HeapAlloc > 64 * 1024)
    throw new Error(`${HeapAlloc} bytes are live, and nearly nothing is reachable`)
  console.log('ok')
}
