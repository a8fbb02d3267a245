// An assist leaves grey objects in its P's queue, and its goroutine only polls from then on. The
// mark must end all the same.
import {
  enter,
  gc,
  global,
  go,
  i32,
  keep,
  leave,
  nil,
  poll,
  type Ref,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'

const Tree = struct('Tree', { left: self, right: self })
const root = global(ref(Tree))
const turn = global(i32)

function build(depth: number): Ref<typeof Tree> {
  if (depth === 0) return Tree.new(nil, nil)
  const scope = enter()
  const left = keep(build(depth - 1))
  return leave(scope, Tree.new(left, build(depth - 1)))
}

const collector = task('collector', [i32], function* (rounds) {
  for (let round = 1; round <= rounds; round++) {
    while (turn.get() !== 2 * round - 1) poll()
    gc()
    turn.set(2 * round)
  }
})

export default function* main(rounds = '300') {
  root.set(build(17))
  go.on(1, collector, Number(rounds))
  for (let round = 1; round <= Number(rounds); round++) {
    // An allocation that took long was an assist in a cycle that runs. From then on this goroutine
    // only polls.
    for (let i = 0, slow = 0; i < 2e6 && slow < 1 + (round % 3); i++) {
      const began = performance.now()
      Tree.new(nil, nil)
      if (performance.now() - began > 0.03) slow++
    }
    turn.set(2 * round - 1)
    while (turn.get() !== 2 * round) poll()
  }
  console.log('ok')
}
