// Several goroutines make large arrays in a small arena, and drop them: none of them is kept.
import { array, go, i32, keep, ref, task, waitGroup } from 'sawtooth'

const Numbers = array(i32)

const maker = task('maker', [ref(waitGroup), i32], function* (group, arrays) {
  for (let i = 0; i < arrays; i++) {
    Numbers.new(250_000)
    yield
  }
  waitGroup.done(group)
})

export default function* main(tasks = '8', arrays = '200') {
  const group = keep(waitGroup.new(Number(tasks)))
  for (let i = 0; i < Number(tasks); i++) go(maker, group, Number(arrays))
  yield* waitGroup.wait(group)
  console.log('ok')
}
