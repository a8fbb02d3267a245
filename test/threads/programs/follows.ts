// Follows a program that has left something. It imports slowly, so that what was left is called
// back meanwhile. Then it keeps a list, and finds the list unchanged.
import { readFile } from 'node:fs/promises'
import {
  chan,
  getLocal,
  global,
  go,
  i32,
  keep,
  local,
  nil,
  procs,
  type Ref,
  ref,
  self,
  setLocal,
  sleep,
  struct,
  task,
} from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })
const Done = chan(i32)
const total = global(i32)

const NODES = 500

// The event loop turns: what an earlier run has left is called back.
for (let i = 0; i < 20; i++) await readFile(new URL(import.meta.url))

function lost(head: Ref<typeof Node>): number {
  let count = 0
  let node = head
  for (let i = NODES - 1; i >= 0; i--) {
    if (Node.value.get(node) !== i) count++
    node = Node.next.get(node)
  }
  return count
}

const follower = task('follower', [ref(Done)], function* (done) {
  const head = local<typeof Node>(nil)
  for (let i = 0; i < NODES; i++) setLocal(head, Node.new(getLocal(head), i))
  yield* sleep(10)
  yield* Done.send(done, lost(getLocal(head)))
})

export default function* main() {
  total.set(0)
  const done = keep(Done.new())
  for (let index = 0; index < procs(); index++) go.on(index, follower, done)
  let all = total.get()
  for (let index = 0; index < procs(); index++) all += yield* Done.recv(done)
  console.log(`lost ${all}`)
}
