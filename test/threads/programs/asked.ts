// Goroutines that wait in different ways, one that is busy for ever, and a given number of others
// that sleep. Prints a line as soon as each of them does what it is meant to do.
import { chan, go, i32, keep, mutex, poll, ref, sleep, task } from 'sawtooth'

const Numbers = chan(i32)

const sender = task('sender', [ref(Numbers)], function* (to) {
  yield* Numbers.send(to, 1)
})
const sleeper = task('a name with spaces (and brackets)', [], function* () {
  yield* sleep(3_600_000)
})
const busy = task('busy\n', [ref(Numbers)], function* (started) {
  yield* Numbers.recv(started)
  // Until main waits.
  yield* sleep(200)
  console.log('ready')
  for (;;) poll()
})

export default function* main(more = '0') {
  const nobody = keep(Numbers.new())
  const held = keep(mutex.new())
  yield* mutex.lock(held)
  go.on(0, sender, keep(Numbers.new()))
  go.on(1, sleeper)
  const started = keep(Numbers.new(1))
  go.on(1, busy, started)
  for (let i = 0; i < Number(more); i++) go.on(0, sleeper)
  yield* Numbers.send(started, 1)
  yield* Numbers.recv(nobody)
}
