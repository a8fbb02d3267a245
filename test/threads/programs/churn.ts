// Goroutines that build trees and drop them, beside a tree that stays: steady work for the
// collector, with a fixed result.
//   -- [TASKS] [ROUNDS] [DEPTH]
import { chan, enter, go, i32, keep, leave, nil, type Ref, ref, self, struct, task } from 'sawtooth'

const Tree = struct('Tree', { left: self, right: self })
type Tree = Ref<typeof Tree>
const Counts = chan(i32)

function bottomUp(depth: number): Tree {
  if (depth === 0) return Tree.new(nil, nil)
  const scope = enter()
  const left = keep(bottomUp(depth - 1))
  return leave(scope, Tree.new(left, bottomUp(depth - 1)))
}

function count(tree: Tree): number {
  return tree === nil ? 0 : 1 + count(Tree.left.get(tree)) + count(Tree.right.get(tree))
}

const builder = task('builder', [ref(Counts), i32, i32], function* (counts, rounds, depth) {
  let nodes = 0
  for (let round = 0; round < rounds; round++) {
    const scope = enter()
    nodes += count(bottomUp(depth))
    leave(scope)
    yield
  }
  yield* Counts.send(counts, nodes)
})

export default function* main(tasks = '4', rounds = '200', depth = '10') {
  const kept = keep(bottomUp(14))
  const counts = keep(Counts.new(Number(tasks)))
  for (let i = 0; i < Number(tasks); i++) go(builder, counts, Number(rounds), Number(depth))
  let nodes = count(kept)
  for (let i = 0; i < Number(tasks); i++) nodes += yield* Counts.recv(counts)
  console.log(`${nodes} nodes`)
}
