// Goroutines that read the clock around each allocation, beside a tree that lives, so that cycles
// follow each other. Prints a line of JSON: how many allocations took how long
// (../latency-buckets.ts), and the longest in µs.
//   -- [--tasks N] [--live-nodes N] [--warm-ms N] [--ms N]
import { parseArgs } from 'node:util'
import {
  array,
  chan,
  enter,
  f64,
  go,
  i32,
  keep,
  leave,
  nil,
  type Ref,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'
import { BUCKETS, bucketOf } from '../latency-buckets.ts'

/** 16 bytes. */
const Node = struct('Node', { left: self, right: self, value: i32 })
/**
 * Elements of an object of 512 bytes. Some 10,000 of these objects are allocated in a cycle, so the
 * 99.9th percentile is what happens ten times in each cycle.
 */
const DROPPED_LENGTH = 63
const Numbers = array(f64)
const Tallies = chan(ref(Numbers))

function treeOf(nodes: number): Ref<typeof Node> {
  if (nodes === 0) return nil
  const s = enter()
  const left = keep(treeOf((nodes - 1) >> 1))
  return leave(s, Node.new(left, treeOf(nodes - 1 - ((nodes - 1) >> 1)), nodes))
}

/**
 * Allocates until `end`, and from `begin` on counts how long each allocation took. Both are times
 * of performance.now.
 */
const allocator = task('allocator', [f64, f64, ref(Tallies)], function* (begin, end, tallies) {
  const counts = new Array<number>(BUCKETS).fill(0)
  let longest = 0
  // Each reading ends one latency and begins the next, so a latency includes one reading of the
  // clock and one count.
  for (let time = performance.now(); time < end; time = performance.now()) {
    for (let i = 0; i < 256; i++) {
      Numbers.new(DROPPED_LENGTH)
      const after = performance.now()
      const us = (after - time) * 1000
      time = after
      if (after < begin) continue
      const bucket = bucketOf(us)
      counts[bucket] = (counts[bucket] ?? 0) + 1
      if (us > longest) longest = us
    }
    // The time of other goroutines is no latency of an allocation, so the clock is read again.
    yield
  }
  const numbers = keep(Numbers.new(BUCKETS + 1))
  for (const [bucket, count] of counts.entries()) Numbers.set(numbers, bucket, count)
  Numbers.set(numbers, BUCKETS, longest)
  yield* Tallies.send(tallies, numbers)
})

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { tasks: text, 'live-nodes': text, 'warm-ms': text, ms: text },
  })
  const {
    tasks = '16',
    'live-nodes': liveNodes = '262144',
    'warm-ms': warmMs = '400',
    ms = '1000',
  } = values
  keep(treeOf(Number(liveNodes)))
  const tallies = keep(Tallies.new())
  const begin = performance.now() + Number(warmMs)
  for (let i = 0; i < Number(tasks); i++) go(allocator, begin, begin + Number(ms), tallies)
  const counts = new Array<number>(BUCKETS).fill(0)
  let maxUs = 0
  for (let i = 0; i < Number(tasks); i++) {
    const numbers = yield* Tallies.recv(tallies) // good until the next safepoint
    counts.forEach((count, bucket) => {
      counts[bucket] = count + Numbers.get(numbers, bucket)
    })
    maxUs = Math.max(maxUs, Numbers.get(numbers, BUCKETS))
  }
  console.log(JSON.stringify({ counts, maxUs }))
}
