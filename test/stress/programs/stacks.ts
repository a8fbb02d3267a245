// Nodes that only a stack refers to, and that move about on it: up, down, and to a larger segment,
// while the goroutine parks and goes on and any P may scan its stack. Under `--stack-scans owner`
// stores to a running goroutine's own stack take no barrier. So the stack must be scanned as a
// whole, once, and by one P. Under `any` they shade, and the stack is read while it changes.
import {
  enter,
  getLocal,
  go,
  i32,
  keep,
  leave,
  local,
  nil,
  type Ref,
  ref,
  self,
  setLocal,
  struct,
  task,
  waitGroup,
} from 'sawtooth'

const Node = struct('Node', { next: self, number: i32 })
type Node = Ref<typeof Node>

/** More than fit into the segment that a stack begins with. */
const MANY = 40

function expect(node: Node, number: number, where: string): void {
  if (node === nil) throw new Error(`${where}: nil, must be ${number}`)
  if (Node.number.get(node) !== number)
    throw new Error(`${where}: ${Node.number.get(node)}, must be ${number}`)
}

function litter(count: number): void {
  for (let i = 0; i < count; i++) Node.new(nil, -1)
}

const mover = task('mover', [ref(waitGroup), i32, i32], function* (done, index, rounds) {
  for (let round = 0; round < rounds; round++) {
    const scope = enter()
    const number = index * 1000 + round
    const low = local<typeof Node>(nil)
    setLocal(low, Node.new(nil, number))
    yield
    // Up: past all that was in use when the goroutine gave way.
    for (let n = 0; n < (round % 3) * MANY + 1; n++) keep(nil)
    const high = local<typeof Node>(nil)
    setLocal(high, getLocal(low))
    setLocal(low, nil)
    litter(1 + (round % 3))
    expect(getLocal(high), number, 'moved up')
    yield
    // Down again, and the words above are no longer the stack's.
    setLocal(low, getLocal(high))
    setLocal(high, nil)
    litter(1)
    yield
    expect(getLocal(low), number, 'moved down')
    leave(scope)
  }
  waitGroup.done(done)
})

/** Ends at once: its record and its stack are used again while a P may be about to scan them. */
const brief = task('brief', [ref(Node), i32], function* (node, number) {
  expect(node, number, 'argument')
})

export default function* main(rounds = '30', tasks = '3') {
  const count = Number(tasks)
  const scope = enter()
  const done = keep(waitGroup.new())
  waitGroup.add(done, count)
  for (let i = 0; i < count; i++) go(mover, done, i, Number(rounds))
  for (let i = 0; i < Number(rounds); i++) {
    go(brief, Node.new(nil, i), i)
    yield
  }
  yield* waitGroup.wait(done)
  leave(scope)
  console.log('ok')
}
