// Prints, computes for a while without a safepoint, prints again. `allocates`: main needs a collection meanwhile, which has to wait.
//   -- MS [allocates]
import { chan, go, i32, keep, nil, poll, ref, self, struct, task } from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })
const Done = chan(i32)

const calculator = task('calculator', [i32, ref(Done)], function* (ms, done) {
  console.log('begin')
  const end = Date.now() + ms
  let x = 1
  while (Date.now() < end) x = Math.imul(x, 31) + 1
  console.log(x === 0 ? 'zero' : 'end')
  yield* Done.send(done, 1)
})

export default function* main(ms = '1000', allocates = '') {
  const done = keep(Done.new(1))
  go.on(1, calculator, Number(ms), done)
  if (allocates !== '') {
    // Lets the calculator begin, then fills the heap past its first trigger, more than once.
    for (const begin = Date.now(); Date.now() < begin + 50; ) poll()
    for (let i = 0; i < 1_000_000; i++) Cell.new(nil, i)
  }
  yield* Done.recv(done)
}
