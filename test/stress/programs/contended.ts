// Many goroutines at one mutex and at two channels. One goroutine at a time has the mutex, and
// every number that is sent is received once, by whichever select wins it.
import {
  chan,
  enter,
  global,
  go,
  i32,
  keep,
  leave,
  mutex,
  ref,
  select,
  task,
  waitGroup,
} from 'sawtooth'

const Numbers = chan(i32)
/** Goroutines that have the mutex. */
const inside = global(i32)

const holder = task('holder', [ref(mutex), ref(waitGroup), i32], function* (lock, done, rounds) {
  for (let round = 0; round < rounds; round++) {
    yield* mutex.lock(lock)
    inside.set(inside.get() + 1)
    if (inside.get() !== 1) throw new Error(`${inside.get()} goroutines have the mutex`)
    yield
    if (inside.get() !== 1)
      throw new Error(`${inside.get()} goroutines have the mutex after a turn`)
    inside.set(inside.get() - 1)
    mutex.unlock(lock)
  }
  waitGroup.done(done)
})

const sender = task(
  'sender',
  [ref(Numbers), ref(Numbers), i32, i32],
  function* (left, right, first, count) {
    for (let n = first; n < first + count; n++) {
      // Either channel, whichever is taken first: the other record is stale then.
      yield* select(Numbers.sending(left, n), Numbers.sending(right, n))
    }
  },
)

const receiver = task(
  'receiver',
  [ref(Numbers), ref(Numbers), ref(Numbers), i32],
  function* (left, right, sums, count) {
    let sum = 0
    for (let n = 0; n < count; n++) {
      const { value } = yield* select(Numbers.receiving(left), Numbers.receiving(right))
      sum += Number(value)
    }
    yield* Numbers.send(sums, sum)
  },
)

export default function* main(rounds = '20', tasks = '4') {
  const [count, each] = [Number(tasks), Number(rounds)]
  const scope = enter()
  const left = keep(Numbers.new(0))
  const right = keep(Numbers.new(1))
  const sums = keep(Numbers.new(0))
  const lock = keep(mutex.new())
  const done = keep(waitGroup.new())
  waitGroup.add(done, count)
  for (let i = 0; i < count; i++) {
    go(receiver, left, right, sums, each)
    go(sender, left, right, i * each + 1, each)
    go(holder, lock, done, each)
  }
  let sum = 0
  for (let i = 0; i < count; i++) sum += yield* Numbers.recv(sums)
  yield* waitGroup.wait(done)
  leave(scope)
  const all = count * each
  if (sum !== (all * (all + 1)) / 2)
    throw new Error(`received ${sum} in sum, sent ${(all * (all + 1)) / 2}`)
  console.log('ok')
}
