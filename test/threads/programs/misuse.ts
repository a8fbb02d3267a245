// An operation is used as a newcomer might: outside of `yield*`. -- WAY
import { chan, go, i32, keep, ref, select, sleep, task, timeout } from 'sawtooth'

const Numbers = chan(i32)
const producer = task('producer', [ref(Numbers)], function* (channel) {
  for (let i = 0; i < 5; i++) {
    yield* sleep(1)
    yield* Numbers.send(channel, i)
  }
})

function* values(channel: ReturnType<typeof Numbers.new>) {
  for (;;) yield yield* Numbers.recv(channel) // in values
}

const ways: Readonly<Record<string, (channel: ReturnType<typeof Numbers.new>) => unknown>> = {
  forOf(channel) {
    let seen = 0
    for (const value of values(channel)) seen += Number(typeof value === 'number')
    return seen
  },
  breaks(channel) {
    for (const value of values(channel)) return value
    return null
  },
  spread: () => [...(sleep(10) as Iterable<unknown>)], // in spread
  destructured: () => {
    const [first] = select(timeout(5)) as Iterable<unknown> // in destructured
    return first
  },
  dropped: channel => values(channel).next(),
  returns: channel => {
    const waiting = values(channel)
    waiting.next()
    return waiting.return(undefined)
  },
  throws: channel => {
    const waiting = values(channel)
    waiting.next()
    return waiting.throw(new Error('mine'))
  },
  forgotten: channel => Numbers.recv(channel), // in forgotten
  noStep: () => sleep(1), // in noStep
}

export default function* main(way: string) {
  const channel = keep(Numbers.new())
  go(producer, channel)
  ways[way](channel)
  console.log('went on')
}
