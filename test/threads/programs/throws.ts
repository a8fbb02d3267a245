// A task fails, two calls deep.
import { chan, go, i32, keep, ref, task } from 'sawtooth'

interface Settings {
  readonly depth: number
}

const Done = chan(i32)

function fail({ depth }: Settings): number {
  if (depth === 0) throw new Error('the cupboard is bare') // here
  return fail({ depth: depth - 1 })
}

const cook = task('cook', [i32, ref(Done)], function* (depth, done) {
  yield* Done.send(done, fail({ depth }))
})

export default function* main(what = 'task') {
  if (what === 'main') throw new TypeError('main cannot either')
  if (what === 'text') throw 'just a text'
  const done = keep(Done.new())
  go(cook, 2, done)
  yield* Done.recv(done)
}
