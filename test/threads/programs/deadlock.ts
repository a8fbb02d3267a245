// Every goroutine waits for another, each in its own way.
import { chan, go, i32, keep, mutex, ref, select, sleep, task, waitGroup } from 'sawtooth'

const Numbers = chan(i32)

const sender = task('sender', [ref(Numbers)], function* (numbers) {
  yield* Numbers.send(numbers, 1)
})
const chooser = task('chooser', [ref(Numbers), ref(Numbers)], function* (one, other) {
  yield* select(Numbers.receiving(one), Numbers.receiving(other))
})
const locker = task('locker', [ref(mutex)], function* (lock) {
  yield* mutex.lock(lock)
  yield* mutex.lock(lock)
})
const counter = task('counter', [ref(waitGroup)], function* (group) {
  yield* waitGroup.wait(group)
})

export default function* main() {
  go(sender, Numbers.new())
  const one = keep(Numbers.new())
  const other = keep(Numbers.new(3))
  go(chooser, one, other)
  go(locker, mutex.new())
  go(counter, waitGroup.new(1))
  yield* sleep(20)
  yield* Numbers.recv(keep(Numbers.new()))
}
