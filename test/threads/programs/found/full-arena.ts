// Fills the arena with large arrays, and what is left with small objects. Prints how many
// collections pass each time until it is told that there is no room.
import {
  array,
  getLocal,
  i32,
  keep,
  local,
  nil,
  numGC,
  ref,
  self,
  setLocal,
  struct,
} from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })
const Cells = array(ref(Cell))
const Held = array(ref(Cells))

function collectionsUntilFull(allocate: (count: number) => void): string {
  for (let count = 0; ; count++) {
    const before = numGC()
    try {
      allocate(count)
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'OutOfMemoryError') throw error
      const collections = numGC() - before
      // One that is concurrent, perhaps another P's before it, and one in a stop.
      return collections <= 3 ? 'told' : `told after ${collections} collections`
    }
  }
}

export default function* main() {
  const held = keep(Held.new(4096))
  console.log(collectionsUntilFull(at => Held.set(held, at, Cells.new(131_070))))
  const head = local<typeof Cell>(nil)
  console.log(collectionsUntilFull(value => setLocal(head, Cell.new(getLocal(head), value))))
}
