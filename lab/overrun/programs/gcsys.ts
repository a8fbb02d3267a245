// What Go's TestGcSys does: one goroutine allocates small byte slices and drops them; memory should not grow by it. Prints by how much it did.
//   -- OBJECTS
import { bytes, gc, global, readMemStats, ref } from 'sawtooth'

/** As in Go's test. */
const SIZE = 1029
/** Go's test is a part of a program with some hundred KiB of globals, which are all that there is to mark, and what assists are credited with. */
const globals = global(ref, 65_536)

export default function* main(objects: string) {
  if (globals.length === 0) throw new Error('the globals are missing')
  gc()
  const before = readMemStats()
  for (let i = 0; i < Number(objects); i++) bytes.new(SIZE)
  const after = readMemStats()
  console.log(JSON.stringify({ sys: after.Sys - before.Sys }))
}
