// `yield operation` does what `yield* operation` does, also where it parks, and for one operation
// after the other. An operation is waited for once.
import { chan, go, i32, keep, mutex, ref, sleep, task } from 'sawtooth'

const Numbers = chan(i32)

const sender = task('sender', [ref(Numbers), i32], function* (numbers, who) {
  for (let i = 0; i < 50; i++) yield Numbers.send(numbers, who * 1000 + i)
})

export default function* main(): Generator<unknown, void, never> {
  const numbers = keep(Numbers.new(2))
  for (let who = 0; who < 6; who++) go(sender, numbers, who)
  const next = [0, 0, 0, 0, 0, 0]
  for (let i = 0; i < 300; i++) {
    if (i % 7 === 0) yield* sleep(1)
    const value = yield* Numbers.recv(numbers)
    const who = Math.floor(value / 1000)
    if (value % 1000 !== next[who]++) throw new Error(`${value} came out of turn`)
  }
  const lock = keep(mutex.new())
  const taking = mutex.lock(lock)
  yield* taking
  try {
    yield* taking
  } catch (error) {
    console.log(`${(error as Error).message}`)
  }
  console.log('ok')
}
