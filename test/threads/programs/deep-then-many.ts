// One goroutine keeps references until there is no more room for its stack, and ends. Then a
// thousand goroutines keep one reference each.
import { chan, go, i32, keep, nil, type Ref, ref, self, struct, task } from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })
const Done = chan(i32)

const deep = task('deep', [ref(Done)], function* (done) {
  const node = keep(Node.new(nil, 1))
  try {
    for (;;) keep(node)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    console.log('all stack memory was used')
  }
  yield* Done.send(done, 1)
})

const flat = task('flat', [ref(Done), i32], function* (done, value) {
  const node: Ref<typeof Node> = keep(Node.new(nil, value))
  yield
  yield* Done.send(done, Node.value.get(node))
})

export default function* main() {
  const done = keep(Done.new())
  go(deep, done)
  yield* Done.recv(done)
  for (let i = 0; i < 1000; i++) go(flat, done, i)
  let sum = 0
  for (let i = 0; i < 1000; i++) sum += yield* Done.recv(done)
  console.log(`1000 goroutines, sum ${sum}`)
}
