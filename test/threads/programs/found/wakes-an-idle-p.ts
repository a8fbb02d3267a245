// P 1 is busy and has the fewest goroutines, so a new one is placed there. P 2 sleeps, and must be
// woken to take it.
import { global, go, i32, poll, sleep, task } from 'sawtooth'

const ran = global(i32)
const stop = global(i32)

const parked = task('parked', [], function* () {
  yield* sleep(1e6)
})

const hog = task('hog', [], function* () {
  while (stop.get() === 0) poll()
})

const quick = task('quick', [], function* () {
  ran.set(1)
})

export default function* main() {
  for (let i = 0; i < 40; i++) go.on(0, parked)
  for (let i = 0; i < 29; i++) go.on(1, parked)
  for (let i = 0; i < 32; i++) go.on(2, parked)
  yield* sleep(50)
  go.on(1, hog)
  yield* sleep(50)
  go(quick)
  while (ran.get() === 0) poll()
  stop.set(1)
  console.log('ok')
}
