// The test of golang/go#52433: one goroutine allocates byte arrays and drops them, another reads
// the memory statistics and compares them with the memory limit. lab/overrun/go/limit.go is the
// same in Go.
//   -- LIMIT SIZE CYCLES SECONDS: until that many cycles have marked, and no longer than that
import { bytes, f64, global, go, i32, numGC, readMemStats, ref, sleep, task } from 'sawtooth'

/** Arrays between two readings of the clock. */
const BATCH = 200
const MS_BETWEEN_READINGS = 1
/** They are all that there is to mark, and what credit is earned by. A Go program has as much. */
const globals = global(ref, 65_536)

const isOver = (cycles: number, deadline: number): boolean =>
  numGC() >= cycles || Date.now() >= deadline

const allocator = task('allocator', [i32, i32, f64], function* (size, cycles, deadline) {
  while (!isOver(cycles, deadline)) {
    for (let i = 0; i < BATCH; i++) bytes.new(size)
    yield
  }
})

export default function* main(limit: string, size: string, cycles: string, seconds: string) {
  if (globals.length === 0) throw new Error('the globals are missing')
  const deadline = Date.now() + Number(seconds) * 1000
  go(allocator, Number(size), Number(cycles), deadline)
  let readings = 0
  let over = 0
  let most = 0
  while (!isOver(Number(cycles), deadline)) {
    const { Sys, HeapReleased } = readMemStats()
    const used = Sys - HeapReleased
    readings++
    if (used > Number(limit)) over++
    most = Math.max(most, used)
    yield* sleep(MS_BETWEEN_READINGS)
  }
  console.log(JSON.stringify({ readings, over, most }))
}
