// Many goroutines that are there at the same time, each with a stack of its own.
import { go, i32, keep, nil, ref, self, struct, task, waitGroup } from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })

const member = task('member', [ref(waitGroup), ref(waitGroup), i32], function* (gate, done, value) {
  keep(Node.new(nil, value))
  yield* waitGroup.wait(gate)
  waitGroup.done(done)
})

export default function* main(count = '50000') {
  const gate = keep(waitGroup.new(1))
  const done = keep(waitGroup.new(Number(count)))
  for (let i = 0; i < Number(count); i++) go(member, gate, done, i)
  yield
  waitGroup.done(gate)
  yield* waitGroup.wait(done)
}
