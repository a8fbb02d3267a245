// Latencies of goroutines beside others that allocate all the time, and a tree that lives, so that
// cycles follow each other. Two of them, counted apart (../../overrun/latency-buckets.ts):
//
//   timer     from the time at which a sleep is over until its goroutine runs
//   request   from the send of a request until the reply is there; for it a second goroutine runs,
//             allocates, and may have to assist
//
// Prints a line of JSON: for each, how many took how long, and the longest in µs.
//   -- [--live-nodes N] [--warm-ms N] [--ms N]
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
  procs,
  type Ref,
  ref,
  self,
  sleep,
  struct,
  task,
} from 'sawtooth'
import { BUCKETS, bucketOf } from '../../overrun/latency-buckets.ts'

/** 16 bytes. */
const Node = struct('Node', { left: self, right: self, value: i32 })
const Numbers = array(f64)
const Tallies = chan(ref(Numbers))
const Requests = chan(f64)
const Replies = chan(ref(Node))

/** On each P: goroutines that allocate, that sleep, and that send requests. */
const ALLOCATORS = 2
const SLEEPERS = 1
const CLIENTS = 1
/** Nodes that an allocator makes before it yields, and that a reply has. */
const SLICE_NODES = 2048
const REPLY_NODES = 256
/** A goroutine sleeps that many ms before it is timed again. */
const PAUSE_MS = 1

function treeOf(nodes: number): Ref<typeof Node> {
  if (nodes === 0) return nil
  const s = enter()
  const left = keep(treeOf((nodes - 1) >> 1))
  return leave(s, Node.new(left, treeOf(nodes - 1 - ((nodes - 1) >> 1)), nodes))
}

/** Counts of one goroutine. */
class Counts {
  private readonly counts = new Array<number>(BUCKETS).fill(0)
  private longest = 0

  add(us: number): void {
    const bucket = bucketOf(us)
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    if (us > this.longest) this.longest = us
  }

  /** As an object of the heap. @safepoint */
  toNumbers(): Ref<typeof Numbers> {
    const numbers = Numbers.new(BUCKETS + 1)
    for (const [bucket, count] of this.counts.entries()) Numbers.set(numbers, bucket, count)
    Numbers.set(numbers, BUCKETS, this.longest)
    return numbers
  }
}

const allocator = task('allocator', [f64], function* (end) {
  while (performance.now() < end) {
    for (let i = 0; i < SLICE_NODES; i++) Node.new()
    yield
  }
})

const sleeper = task('sleeper', [f64, f64, ref(Tallies)], function* (begin, end, tallies) {
  const counts = new Counts()
  for (let time = performance.now(); time < end; time = performance.now()) {
    yield* sleep(PAUSE_MS)
    if (time >= begin) counts.add((performance.now() - time - PAUSE_MS) * 1000)
  }
  yield* Tallies.send(tallies, keep(counts.toNumbers()))
})

const server = task('server', [ref(Requests), ref(Replies)], function* (requests, replies) {
  for (;;) {
    const nodes = yield* Requests.next(requests)
    if (nodes === undefined) return
    const s = enter()
    yield* Replies.send(replies, keep(treeOf(nodes)))
    leave(s)
  }
})

const client = task('client', [f64, f64, ref(Tallies)], function* (begin, end, tallies) {
  const counts = new Counts()
  const requests = keep(Requests.new(1))
  const replies = keep(Replies.new(1))
  go(server, requests, replies)
  for (let time = performance.now(); time < end; time = performance.now()) {
    yield* Requests.send(requests, REPLY_NODES)
    yield* Replies.recv(replies)
    if (time >= begin) counts.add((performance.now() - time) * 1000)
    yield* sleep(PAUSE_MS)
  }
  Requests.close(requests)
  yield* Tallies.send(tallies, keep(counts.toNumbers()))
})

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { 'live-nodes': text, 'warm-ms': text, ms: text },
  })
  const { 'live-nodes': liveNodes = '262144', 'warm-ms': warmMs = '400', ms = '800' } = values
  keep(treeOf(Number(liveNodes)))
  const [timers, requests] = [keep(Tallies.new()), keep(Tallies.new())]
  const begin = performance.now() + Number(warmMs)
  const end = begin + Number(ms)
  for (let i = 0; i < ALLOCATORS * procs(); i++) go(allocator, end)
  for (let i = 0; i < SLEEPERS * procs(); i++) go(sleeper, begin, end, timers)
  for (let i = 0; i < CLIENTS * procs(); i++) go(client, begin, end, requests)
  const told: Record<string, { counts: number[]; maxUs: number }> = {}
  for (const [what, tallies, count] of [
    ['timer', timers, SLEEPERS * procs()],
    ['request', requests, CLIENTS * procs()],
  ] as const) {
    const counts = new Array<number>(BUCKETS).fill(0)
    let maxUs = 0
    for (let i = 0; i < count; i++) {
      const numbers = yield* Tallies.recv(tallies) // good until the next safepoint
      counts.forEach((before, bucket) => {
        counts[bucket] = before + Numbers.get(numbers, bucket)
      })
      maxUs = Math.max(maxUs, Numbers.get(numbers, BUCKETS))
    }
    told[what] = { counts, maxUs }
  }
  console.log(JSON.stringify(told))
}
