// Two goroutines on each P that allocate byte arrays of 1 to 8 MiB and drop them, with small
// objects between them.
//   -- MILLISECONDS SEED
import { bytes, chan, f64, go, i32, keep, nil, procs, ref, self, struct, task } from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })
const Counts = chan(f64)

const LEAST = 2 ** 20
const MOST = 8 * LEAST
const SMALL = 200

const dropper = task('dropper', [f64, f64, ref(Counts)], function* (deadline, seed, counts) {
  let x = seed | 1
  let dropped = 0
  while (performance.now() < deadline) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    bytes.new(LEAST + ((x >>> 0) % (MOST - LEAST + 1)))
    for (let i = 0; i < SMALL; i++) Node.new(nil, i)
    dropped++
    yield
  }
  yield* Counts.send(counts, dropped)
})

export default function* main(milliseconds: string, seed: string) {
  const counts = keep(Counts.new())
  const deadline = performance.now() + Number(milliseconds)
  const droppers = 2 * procs()
  for (let n = 0; n < droppers; n++)
    go.on(n % procs(), dropper, deadline, Math.imul(Number(seed) + n, 0x9e3779b1), counts)
  let dropped = 0
  for (let n = 0; n < droppers; n++) dropped += yield* Counts.recv(counts)
  console.log(dropped)
}
