// Keeps all that leads to its run's memory, in variables of its module. Node keeps a module and its
// variables for as long as the thread lives.
import { chan, global, i32, keep, type Operation, self, struct } from 'sawtooth'

const Node = struct('Node', { next: self, value: i32 })
const Numbers = chan(i32)
const total = global(i32)

const { new: make, value } = Node
const { set } = total
const operations: Operation<void>[] = []

export default function* main() {
  const numbers = keep(Numbers.new(1))
  const operation = Numbers.send(numbers, value.get(keep(make(Node.new() as never, 5))))
  operations.push(operation)
  yield* operation
  set(operations.length)
}
