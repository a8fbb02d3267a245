// Several tasks make large arrays in a small arena, and drop them: nothing of it is kept.
import { array, go, i32, keep, ref, task, waitGroup } from 'sawtooth'

const Numbers = array(i32)

const maker = task('maker', [ref(waitGroup)], function* (group) {
  for (let i = 0; i < 200; i++) {
    Numbers.new(250_000)
    yield
  }
  waitGroup.done(group)
})

export default function* main(tasks = '8') {
  const group = keep(waitGroup.new(Number(tasks)))
  for (let i = 0; i < Number(tasks); i++) go(maker, group)
  yield* waitGroup.wait(group)
  console.log('ok')
}
