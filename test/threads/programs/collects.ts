// Collects a given number of times, with almost nothing to collect.
import { gc, i32, numGC, struct } from 'sawtooth'

const Node = struct('Node', { v: i32 })

export default function* main(times = '10') {
  for (let time = 0; time < Number(times); time++) {
    Node.new(time)
    gc()
  }
  console.log(`${numGC()} collections`)
  yield
}
