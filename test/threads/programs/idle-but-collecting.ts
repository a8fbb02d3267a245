// Next to nothing to do: a goroutine on each P that makes a little and sleeps, and cycles. For what Ps do while they wait for one that is stalled.
import { gc, go, i32, keep, nil, ref, self, sleep, struct, task, waitGroup } from 'sawtooth'

const Node = struct('Node', { next: self })

const sleeper = task('sleeper', [ref(waitGroup), i32], function* (group, rounds) {
  for (let round = 0; round < rounds; round++) {
    keep(Node.new(nil))
    yield* sleep(2)
  }
  waitGroup.done(group)
})

export default function* main(procs = '3', rounds = '20') {
  const group = keep(waitGroup.new())
  waitGroup.add(group, Number(procs) - 1)
  for (let p = 1; p < Number(procs); p++) go.on(p, sleeper, group, Number(rounds))
  for (let round = 0; round < Number(rounds); round++) {
    gc()
    yield* sleep(1)
  }
  yield* waitGroup.wait(group)
  console.log('ok')
}
