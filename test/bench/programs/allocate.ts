// Allocates 16-byte objects and drops them: the counterpart of test/bench/go/allocate.go. Prints ns
// per object, a line for each round.
import { nil, type Ref, self, struct } from 'sawtooth'

const Node = struct('Node', { left: self, right: self })

function drop(count: number): Ref<typeof Node> {
  let last: Ref<typeof Node> = nil
  for (let i = 0; i < count; i++) last = Node.new(nil, nil)
  return last
}

export default function* main(rounds = '5', millions = '50') {
  drop(20_000_000) // the first rounds compile
  drop(20_000_000)
  for (let round = 0; round < Number(rounds); round++) {
    const began = performance.now()
    drop(Number(millions) * 1e6)
    console.log((performance.now() - began) / Number(millions))
  }
}
