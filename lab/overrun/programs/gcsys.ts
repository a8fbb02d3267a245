// What Go's TestGcSys does: one goroutine allocates small byte slices and drops them, and memory
// should not grow by it. Prints by how much it did.
// The folder lab/overrun/go has the same in Go, where the runtime itself has what lives.
//   -- OBJECTS LIVE_REFERENCES
import { array, bytes, gc, global, keep, readMemStats, ref } from 'sawtooth'

/** As in Go's test. */
const SIZE = 1029
/**
 * Go's test is part of a program that has some hundred KiB of globals, and assists get their credit
 * for marking them. 65,536 references are one root job.
 */
const globals = global(ref, 65_536)

const References = array(ref)

export default function* main(objects: string, live: string) {
  if (globals.length === 0) throw new Error('the globals are missing')
  const kept = Number(live) === 0 ? null : keep(References.new(Number(live)))
  gc()
  const before = readMemStats()
  for (let i = 0; i < Number(objects); i++) bytes.new(SIZE)
  const after = readMemStats()
  console.log(JSON.stringify({ sys: after.Sys - before.Sys, isLive: kept !== null }))
}
