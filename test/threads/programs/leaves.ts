// Leaves something on its threads when it is over, in one of several ways. What it has left calls
// back, and does harm if it can. It imports no module of Node's, which would be enough to end its
// threads.
import {
  chan,
  type Global,
  global,
  go,
  i32,
  keep,
  nil,
  procs,
  ref,
  self,
  setLocal,
  sleep,
  struct,
  task,
} from 'sawtooth'
import { againAndAgain, dying, talk } from '../../soak/programs/callbacks.ts'

const Node = struct('Node', { next: self, value: i32 })
const Numbers = chan(i32)
const total: Global<typeof i32> = global(i32)
const Done = chan(i32)

/** References of the run, as a late callback would have them. */
const nodes: number[] = []
let channel = 0

/** All the harm that there is, on this thread. */
function harm(): void {
  const attempts: (() => void)[] = [
    () => {
      for (const node of nodes) Node.value.set(node as never, 1_000_003)
    },
    () => total.set(1_000_003),
    () => Numbers.close(channel as never),
    () => void struct('Late', { value: i32 }),
    () => void task('late', [], function* () {}),
    () => void global(i32),
    () => setLocal(0 as never, 1_000_003 as never),
    () => console.log('late'),
    () => void process.stdout.write('late\n'),
  ]
  for (const attempt of attempts) {
    try {
      attempt()
    } catch {}
  }
}

const ways: Readonly<Record<string, () => void>> = {
  nothing: () => {},
  'a promise that settles': () => void Promise.resolve().then(() => {}),
  'the clock, and the console': () =>
    console.assert(performance.now() > 0 && performance.timeOrigin > 0),

  'a promise that starts a timer': () =>
    void Promise.resolve().then(() => setTimeout(harm, 5).unref()),
  'a timer': () => void setTimeout(harm, 5),
  'a timer that is not waited for': () => void setTimeout(harm, 5).unref(),
  'an interval': () => void setInterval(harm, 1).unref(),
  'an immediate': () => againAndAgain(harm),
  'a port': () => talk(harm),
  'a signal with a timeout': () => AbortSignal.timeout(5).addEventListener('abort', harm),
  'a finalization registry': () => dying(new FinalizationRegistry(harm)),
  'an observer': () => new PerformanceObserver(harm).observe({ entryTypes: ['gc'] }),
  'a listener of process': () => void process.on('newListener', harm),
  'a method of arrays': () => Object.assign(Array.prototype, { at: () => harm() }),
  'a global': () => Object.assign(globalThis, { left: harm }),
  'a way to show errors': () => {
    Error.prepareStackTrace = () => harm()
  },
  'another console': () => Object.assign(globalThis, { console: { ...console, left: harm } }),
  'the environment': () => Object.assign(process.env, { SAWTOOTH_LEFT: '1' }),
}

const leaver = task('leaver', [i32, ref(Done)], function* (way, done) {
  for (let i = 0; i < 500; i++) nodes.push(keep(Node.new(nil, i)))
  channel = keep(Numbers.new(1))
  Object.values(ways)[way]()
  yield* Done.send(done, 1)
})

export default function* main(way = 'nothing') {
  const done = keep(Done.new())
  for (let index = 0; index < procs(); index++)
    go.on(index, leaver, Object.keys(ways).indexOf(way), done)
  for (let index = 0; index < procs(); index++) yield* Done.recv(done)
  yield* sleep(1)
}
