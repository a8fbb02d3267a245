// Main returns while others `polls`, `sleeps`, or `never` reach a safepoint.
import { go, i32, poll, procs, sleep, task } from 'sawtooth'

const ways = ['polls', 'sleeps', 'never']

const looper = task('looper', [i32], function* (way) {
  if (way === 0) for (;;) poll()
  if (way === 1) for (;;) yield* sleep(5)
  for (let i = 0; ; i = (i + 1) | 0);
})

export default function* main(way = 'polls') {
  for (let index = 1; index < procs(); index++) go.on(index, looper, ways.indexOf(way))
  yield* sleep(50)
  console.log('main returns')
}
