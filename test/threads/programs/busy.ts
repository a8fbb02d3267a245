// Prints, computes without a safepoint, prints again.
//   -- MS          for MS, while main allocates: main needs a collection, which has to wait
//   --             until the file exists that the variable WAITS_FOR names
import { existsSync } from 'node:fs'
import { chan, global, go, i32, keep, nil, poll, ref, self, struct, task } from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })
const Done = chan(i32)

const isBusy = global(i32)
const allocates = global(i32)

const calculator = task('calculator', [i32, ref(Done)], function* (ms, done) {
  console.log('begin')
  isBusy.set(1)
  while (allocates.get() === 0);
  for (const end = Date.now() + ms; Date.now() < end; );
  console.log('end')
  yield* Done.send(done, 1)
})

const watcher = task('watcher', [ref(Done)], function* (done) {
  console.log('begin')
  while (!existsSync(process.env.WAITS_FOR ?? ''));
  console.log('end')
  yield* Done.send(done, 1)
})

export default function* main(ms?: string) {
  const done = keep(Done.new(1))
  if (ms === undefined) {
    go.on(1, watcher, done)
  } else {
    go.on(1, calculator, Number(ms), done)
    while (isBusy.get() === 0) poll()
    allocates.set(1)
    // Past the first trigger, more than once.
    for (let i = 0; i < 1_000_000; i++) Cell.new(nil, i)
  }
  yield* Done.recv(done)
}
