// What Go's test heapsampling.go does: one goroutine allocates byte arrays of a few sizes, keeps
// only the last of each, and samples its allocations. The profile should tell how many there were.
// Prints by how much memory grew, and whether the profile is right.
// The folder lab/overrun/go has the loops in Go.
//   -- ITERATIONS yields|runs LIVE_REFERENCES SEED
//
// There is no heap profiler, so the program samples its own allocations, by Go's scheme: the next
// sample is as many bytes away as a random number of an exponential distribution says.
import { array, bytes, gc, global, keep, readMemStats, ref } from 'sawtooth'

/** As in Go's test, in the order of its allocations. */
const INTERLEAVED = [17 * 1024, 1024, 18 * 1024, 512, 16 * 1024, 256]
const SMALL = [1024, 512, 256]
/** The mean number of bytes between two samples: Go's MemProfileRate in its test. */
const RATE = 16 * 1024
/** As in Go's test: how far a profile may be from the truth, and how often it may try. */
const MARGIN = 0.1
const TRIES = 3

/** Go's test keeps the last object of each size in a global. */
const kept = global(ref, INTERLEAVED.length)
/** Go's test binary has some hundred KiB of globals; 65,536 references are one root job. */
const globals = global(ref, 65_536)
const References = array(ref)

let random = 0
let untilSample = 0

/** From above 0 to 1: mulberry32. */
function share(): number {
  random = (random + 0x6d2b79f5) >>> 0
  let mixed = Math.imul(random ^ (random >>> 15), random | 1)
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
  return (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 2 ** 32
}

function* allocate(iterations: number, sizes: readonly number[], yields: boolean) {
  const samples = sizes.map(() => 0)
  for (let i = 0; i < iterations; i++) {
    for (let place = 0; place < sizes.length; place++) {
      const size = sizes[place] as number
      kept.set(place, bytes.new(size))
      untilSample -= size
      if (untilSample < 0) {
        untilSample = -RATE * Math.log(share())
        samples[place] = (samples[place] as number) + 1
      }
    }
    if (yields) yield
  }
  return samples
}

/** How many allocations the samples of one size stand for. */
const unsampled = (samples: number, size: number): number => samples / (1 - Math.exp(-size / RATE))

/** As Go's test: it complains only if all tries lie on the same side, too far away. */
function isPlausible(tries: readonly number[], wanted: number): boolean {
  return Math.min(...tries) <= wanted * (1 + MARGIN) && Math.max(...tries) >= wanted * (1 - MARGIN)
}

/** Whether the profile is right, by the last try at the latest. */
function* isProfileRight(iterations: number, sizes: readonly number[], yields: boolean) {
  const tries: number[][] = []
  while (tries.length < TRIES) {
    const samples = yield* allocate(iterations, sizes, yields)
    tries.push(samples.map((count, place) => unsampled(count, sizes[place] as number)))
    if (
      sizes.every((_, place) =>
        isPlausible(
          tries.map(one => one[place] as number),
          iterations,
        ),
      )
    )
      return true
  }
  return false
}

export default function* main(iterations: string, yields: string, live: string, seed: string) {
  if (globals.length === 0) throw new Error('the globals are missing')
  random = Number(seed) >>> 0
  const lives = keep(References.new(Number(live)))
  gc()
  const before = readMemStats()
  let isRight = true
  for (const sizes of [INTERLEAVED, SMALL]) {
    const isThis = yield* isProfileRight(Number(iterations), sizes, yields === 'yields')
    isRight &&= isThis
  }
  const after = readMemStats()
  console.log(
    JSON.stringify({ sys: after.Sys - before.Sys, isRight, isLive: References.length(lives) > 0 }),
  )
}
