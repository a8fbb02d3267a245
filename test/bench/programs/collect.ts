// Collects a tree of four million nodes: the counterpart of test/bench/go/collect.go. Prints ms per
// gc(), a line for each round.
import { enter, gc, keep, leave, nil, type Ref, self, struct } from 'sawtooth'

const Node = struct('Node', { left: self, right: self })

function tree(depth: number): Ref<typeof Node> {
  if (depth === 0) return Node.new(nil, nil)
  const scope = enter()
  const left = keep(tree(depth - 1))
  return leave(scope, Node.new(left, tree(depth - 1)))
}

export default function* main(rounds = '9') {
  keep(tree(21))
  gc()
  gc()
  for (let round = 0; round < Number(rounds); round++) {
    const began = performance.now()
    gc()
    console.log(performance.now() - began)
  }
}
