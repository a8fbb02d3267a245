// P 1 allocates, and prints the time about once in each refill, until a fault ends it. The other Ps
// allocate (`allocates`), or never reach a safepoint (`never`). With `never` there is no collector,
// whose first cycle would wait for them.
import { enter, go, i32, nil, procs, self, sleep, struct, task } from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })

const victim = task('victim', [], function* () {
  for (let i = 0; ; i++) {
    Cell.new(nil, i)
    if (i % 2000 === 0) console.log(Date.now())
  }
})

const looper = task('looper', [i32], function* (allocates) {
  if (allocates === 1) for (;;) Cell.new(nil, 0)
  for (let i = 0; ; i = (i + 1) | 0);
})

export default function* main(way = 'allocates') {
  enter()
  go.on(1, victim)
  for (let index = 2; index < procs(); index++) go.on(index, looper, way === 'allocates' ? 1 : 0)
  for (;;) yield* sleep(1000)
}
