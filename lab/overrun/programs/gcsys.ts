// What Go's TestGcSys does: one goroutine allocates small byte slices and drops them, and memory
// should not grow by it. Prints by how much it did.
//   -- OBJECTS
import { bytes, gc, global, readMemStats, ref } from 'sawtooth'

/** As in Go's test. */
const SIZE = 1029
/**
 * Go's test is part of a program that has some hundred KiB of globals. They are all that there is
 * to mark, and assists get their credit for marking them.
 */
const globals = global(ref, 65_536)

export default function* main(objects: string) {
  if (globals.length === 0) throw new Error('the globals are missing')
  gc()
  const before = readMemStats()
  for (let i = 0; i < Number(objects); i++) bytes.new(SIZE)
  const after = readMemStats()
  console.log(JSON.stringify({ sys: after.Sys - before.Sys }))
}
