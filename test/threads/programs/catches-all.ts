// Catches whatever its allocations throw, and goes on.
import { array, i32, keep, nil, ref, self, struct } from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })
const Cells = array(ref(Cell))

export default function* main() {
  const kept = keep(Cells.new(100_000))
  let caught = 0
  for (let i = 0; i < 2_000_000; i++) {
    try {
      Cells.set(kept, i % 100_000, Cell.new(nil, i))
    } catch {
      caught++
    }
    if (caught > 100) break
  }
  console.log(caught === 0 ? 'nothing to catch' : 'caught, and gone on')
}
