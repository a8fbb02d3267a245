// Never ends by itself. On each P a goroutine polls at safepoints (`polls`), allocates
// (`allocates`), sleeps (`sleeps`), or never reaches a safepoint (`never`).
import { go, i32, nil, poll, procs, self, sleep, struct, task } from 'sawtooth'

const Cell = struct('Cell', { next: self })
const ways = ['polls', 'allocates', 'sleeps', 'never']

const looper = task('looper', [i32], function* (way) {
  if (way === 0) for (;;) poll()
  if (way === 1) for (;;) Cell.new(nil)
  if (way === 2) for (;;) yield* sleep(5)
  for (let i = 0; ; i = (i + 1) | 0);
})

export default function* main(way = 'polls') {
  console.log('looping')
  for (let index = 1; index < procs(); index++) go.on(index, looper, ways.indexOf(way))
  if (way === 'never') for (;;);
  for (;;) yield* sleep(1000)
}
