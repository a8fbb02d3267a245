// A goroutine begins a loop without a safepoint while a cycle marks and its stack is not scanned
// yet.
import {
  chan,
  enter,
  global,
  go,
  i32,
  keep,
  leave,
  nil,
  poll,
  type Ref,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'

const Tree = struct('Tree', { left: self, right: self })
type Tree = Ref<typeof Tree>
const Done = chan(i32)
const kept = global(ref(Tree), 16)

function bottomUp(depth: number): Tree {
  if (depth === 0) return Tree.new(nil, nil)
  const scope = enter()
  const left = keep(bottomUp(depth - 1))
  return leave(scope, Tree.new(left, bottomUp(depth - 1)))
}

/**
 * Computes in short stretches with a safepoint between them, then in the long one. Cycles begin all
 * the while.
 */
const calculator = task('calculator', [ref(Done)], function* (done) {
  for (let turn = 0; turn < 6; turn++) {
    compute(15)
    poll()
    compute(250)
    yield
  }
  yield* Done.send(done, 1)
})

function compute(ms: number): void {
  for (const end = Date.now() + ms; Date.now() < end; );
}

const builder = task('builder', [ref(Done)], function* (done) {
  for (let round = 0; round < 12; round++) {
    kept.set(round, bottomUp(14))
    yield
  }
  for (let round = 0; round < 100; round++) bottomUp(10)
  yield* Done.send(done, 1)
})

export default function* main() {
  const done = keep(Done.new())
  go.on(1, calculator, done)
  go.on(2, builder, done)
  yield* Done.recv(done)
  yield* Done.recv(done)
}
