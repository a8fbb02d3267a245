// A select merges two inputs, and an input that is closed is switched off with nil
// (gopherjs/gopherjs#110).
import { chan, go, i32, keep, nil, type Ref, ref, select, task } from 'sawtooth'

const Numbers = chan(i32)
const feed = task('feed', [ref(Numbers), i32], function* (channel, count) {
  for (let i = 0; i < count; i++) yield* Numbers.send(channel, 1)
  Numbers.close(channel)
})

export default function* main() {
  let one: Ref<typeof Numbers> = keep(Numbers.new())
  let other: Ref<typeof Numbers> = keep(Numbers.new())
  go(feed, one, 5)
  go(feed, other, 15)
  let sum = 0
  while (one !== nil || other !== nil) {
    const got = yield* select(Numbers.receiving(one), Numbers.receiving(other))
    if (got.ok) sum += got.value
    else if (got.index === 0) one = nil
    else other = nil
  }
  console.log(`merged ${sum}`)
}
