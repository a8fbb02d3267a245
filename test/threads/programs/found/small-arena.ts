// Many goroutines drop what they allocate: the arena is always full of garbage, and of nothing
// else.
import { go, i32, keep, nil, ref, self, struct, task, waitGroup } from 'sawtooth'

const Pair = struct('Pair', { left: self, right: self })

const dropper = task('dropper', [ref(waitGroup), i32], function* (group, objects) {
  for (let i = 0; i < objects; i++) {
    Pair.new(nil, nil)
    if ((i & 1023) === 0) yield
  }
  waitGroup.done(group)
})

export default function* main(tasks = '8', objects = '3000000') {
  const group = keep(waitGroup.new(Number(tasks)))
  for (let i = 0; i < Number(tasks); i++) go(dropper, group, Number(objects))
  yield* waitGroup.wait(group)
  console.log('ok')
}
