// Allocates at a small GOGC, and compares the time of each allocation with what assistMs says of
// it. Prints both sums, and by how much assistMs exceeded the clock at worst.
import { array, assistMs, i32, keep, ref, self, struct } from 'sawtooth'

const Node = struct('Node', { left: self, right: self })
const Bytes = array(i32)

/** Keeps some heap to be marked. */
const Slots = array(ref(Node))

export default function* main() {
  const kept = keep(Slots.new(20_000))
  for (let at = 0; at < 20_000; at++) Slots.set(kept, at, Node.new())
  let [assisted, worst] = [0, 0]
  const began = performance.now()
  for (let time = 0; time < 20_000; time++) {
    const [wall, before] = [performance.now(), assistMs()]
    Bytes.new(2000)
    const spent = assistMs() - before
    assisted += spent
    worst = Math.max(worst, spent - (performance.now() - wall))
  }
  console.log(JSON.stringify({ assisted, wall: performance.now() - began, worst }))
}
