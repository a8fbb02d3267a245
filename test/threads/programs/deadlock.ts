// Main and a goroutine each wait for the other.
import { chan, go, i32, keep, ref, task } from 'sawtooth'

const Numbers = chan(i32)
const waiter = task('waiter', [ref(Numbers)], function* (numbers) {
  yield* Numbers.recv(numbers)
})

export default function* main() {
  const numbers = keep(Numbers.new(0))
  go(waiter, numbers)
  yield* Numbers.recv(numbers)
}
