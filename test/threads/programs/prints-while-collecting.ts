// A task on P 1 prints more than a pipe takes at once, and main collects until all is printed.
import { gc, global, go, i32, sleep, task } from 'sawtooth'

const isPrinted = global(i32)

const printer = task('printer', [], function* () {
  console.log('x'.repeat(10_000_000))
  isPrinted.set(1)
})

export default function* main() {
  go.on(1, printer)
  while (isPrinted.get() === 0) {
    gc()
    yield* sleep(1)
  }
}
