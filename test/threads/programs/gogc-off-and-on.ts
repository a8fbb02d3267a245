// Keeps a list, turns GOGC off, allocates several times what lives, and turns GOGC on again. Prints
// how many cycles there were before, while and after GOGC was off.
import { gc, getLocal, local, nil, numGC, self, setGCPercent, setLocal, struct } from 'sawtooth'

const Node = struct('Node', { next: self, a: self, b: self, c: self, d: self })
const NODES = 200_000

export default function* main(times = '4') {
  const list = local<typeof Node>(nil)
  for (let node = 0; node < NODES; node++) setLocal(list, Node.new(getLocal(list)))
  gc()
  const before = numGC()
  setGCPercent(-1)
  for (let node = 0; node < Number(times) * NODES; node++) Node.new(nil)
  const off = numGC()
  setGCPercent(100)
  for (let node = 0; node < NODES / 10; node++) Node.new(nil)
  while (numGC() === off) yield
  console.log(JSON.stringify({ before, off, after: numGC() }))
}
