// Goroutines on all Ps swap in a GOGC of their own: each value is returned once (golang/go#19076).
import { chan, go, i32, keep, procs, ref, setGCPercent, task } from 'sawtooth'

const Replaced = chan(i32)
const ROUNDS = 100
const swapper = task('swapper', [ref(Replaced), i32], function* (replaced, first) {
  for (let i = 0; i < ROUNDS; i++) yield* Replaced.send(replaced, setGCPercent(first + i))
})

export default function* main() {
  const replaced = keep(Replaced.new())
  for (let p = 0; p < procs(); p++) go.on(p, swapper, replaced, 1000 + ROUNDS * p)
  const values: number[] = []
  for (let i = 0; i < ROUNDS * procs(); i++) values.push(yield* Replaced.recv(replaced))
  values.push(setGCPercent(100))
  console.log(values.length === new Set(values).size ? 'ok' : 'a value came back twice')
}
