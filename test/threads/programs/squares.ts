// A small program of its own shape, with types that no other one has: sums squares over a channel.
//   -- [N]
import { array, chan, f64, go, keep, ref, task } from 'sawtooth'

const Squares = array(f64)
const Sums = chan(f64)

const summer = task('summer', [ref(Squares), f64, ref(Sums)], function* (squares, begin, sums) {
  let sum = 0
  for (let index = begin; index < Squares.length(squares); index += 2)
    sum += Squares.get(squares, index)
  yield* Sums.send(sums, sum)
})

export default function* main(n = '1000') {
  const squares = keep(Squares.new(Number(n)))
  for (let index = 0; index < Number(n); index++) Squares.set(squares, index, index * index)
  const sums = keep(Sums.new())
  go(summer, squares, 0, sums)
  go(summer, squares, 1, sums)
  console.log(`sum ${(yield* Sums.recv(sums)) + (yield* Sums.recv(sums))}`)
}
