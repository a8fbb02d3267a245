// Overflows the native stack in every operation of the programming interface, near its end at one
// depth after another. Each time the operation either has happened, or throws a RangeError and has
// not happened. The program goes on with the same objects.
//   -- [DEPTHS]
import {
  array,
  bytes,
  chan,
  enter,
  gc,
  global,
  go,
  i32,
  keep,
  leave,
  mutex,
  nil,
  numGoroutine,
  poll,
  readMemStats,
  ref,
  select,
  self,
  setGCPercent,
  sleep,
  struct,
  task,
  timeout,
  waitGroup,
} from 'sawtooth'
import { isMixed, type Names, nearTheEnd, tryAtDepths, withinGenerators } from './near-the-end.ts'

const Node = struct('Node', { next: self, value: i32 })
const Numbers = chan(i32)
const Nodes = chan(ref(Node))
const Ints = array(i32)
const kept = global(ref(Node))
const started = global(i32)
const counter = task('counter', [ref(Node)], function* (node) {
  started.set(started.get() + Node.value.get(node))
})
/** Asks for one stop after the other, until it is told that this is enough. */
const stopping = global(i32)
const stopper = task('stopper', [], function* () {
  while (stopping.get() !== 0) {
    readMemStats()
    yield
  }
})
/** Sends a number a little later. */
const sender = task('sender', [ref(Numbers)], function* (channel) {
  yield* sleep(0)
  yield* Numbers.send(channel, 7)
})
const receiver = task('receiver', [ref(Numbers)], function* (channel) {
  yield* sleep(0)
  yield* Numbers.recv(channel)
})

/** Operations that are tried: those that need not wait, and those that wait. */
const PLAIN = 23
const WAITING = 6
/** Milliseconds after which another P has surely asked for the next stop, where it has a CPU. */
const STOP_MS = 0.1

type Act = () => void
type Operating = Generator<unknown, unknown, unknown>
type Operate = () => Iterable<unknown, unknown>

/** Gives the stopper the time to ask for a stop, which this P then has to serve. */
function awaitStop(): void {
  const until = performance.now() + STOP_MS
  while (performance.now() < until);
}

/**
 * Does all operations near the end of the stack, one after the other. Returns the names of those
 * that did not throw a RangeError.
 */
function doNearTheEnd(left: number, words: number, acts: Readonly<Record<string, Act>>): Names {
  const names = new Set<string>()
  const entries = Object.entries(acts)
  const isStopped = stopping.get() !== 0
  const attempt = (): void => {
    for (let index = 0; index < entries.length; index++) {
      try {
        if (isStopped) awaitStop()
        entries[index][1]()
        names.add(entries[index][0])
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
    }
  }
  nearTheEnd(left, words, attempt)
  return names
}

/**
 * The single step of an operation that need not wait. If the operation gives way, since its slice
 * is used up, it is given up.
 */
function step(operation: Iterable<unknown, unknown>): unknown {
  const one = operation[Symbol.iterator]()
  const { done, value } = one.next()
  if (done) return value
  try {
    one.return?.()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  throw new RangeError('it would give way')
}

function expectThat(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what)
}

/**
 * The operations that need not wait: all are done near the end of the stack, and their effects are
 * checked from the top.
 */
function* plainOperations(left: number, words: number): Generator<unknown, Names, unknown> {
  const scope = enter()
  const [c, r, x, d] = [
    keep(Numbers.new(2)),
    keep(Numbers.new(2)),
    keep(Numbers.new(2)),
    keep(Numbers.new(2)),
  ]
  const n = keep(Nodes.new(2))
  const [m, held] = [keep(mutex.new()), keep(mutex.new())]
  const w = keep(waitGroup.new(2))
  const node = keep(Node.new(nil, 1))
  for (const channel of [r, x]) yield* Numbers.send(channel, 7)
  yield* mutex.lock(held)
  const before = started.get()
  let received: unknown
  const succeeded = doNearTheEnd(left, words, {
    send: () => step(Numbers.send(c, 7)),
    'send a reference': () => step(Nodes.send(n, node)),
    recv: () => {
      received = step(Numbers.recv(r))
    },
    select: () => step(select(Numbers.receiving(x))),
    lock: () => step(mutex.lock(m)),
    unlock: () => mutex.unlock(held),
    done: () => waitGroup.done(w),
    close: () => Numbers.close(d),
    go: () => go(counter, node),
    new: () => kept.set(Node.new(node, 1)),
    'new chan': () => Numbers.new(3),
    'new mutex': () => mutex.new(),
    'new waitGroup': () => waitGroup.new(1),
    'new array': () => Ints.new(20),
    'new large array': () => Ints.new(20_000),
    bytes: () => bytes.from('some text'),
    gc: () => gc(),
    poll: () => poll(),
    setGCPercent: () => setGCPercent(100),
    readMemStats: () => readMemStats(),
    set: () => Node.next.set(node, node),
    console: () => console.log('a line'),
    keep: () => {
      const scope = enter()
      for (let i = 0; i < 100; i++) keep(node)
      leave(scope)
    },
  })
  const is = (name: string): number => (succeeded.has(name) ? 1 : 0)
  expectThat(Numbers.length(c) === is('send'), 'send')
  expectThat(Nodes.length(n) === is('send a reference'), 'send a reference')
  expectThat(
    Numbers.length(r) === 1 - is('recv') && (is('recv') === 0 || received === 7),
    `recv of ${received}`,
  )
  expectThat(Numbers.length(x) === 1 - is('select'), 'select')
  if (is('lock') === 0) yield* mutex.lock(m)
  mutex.unlock(m)
  if (is('unlock') === 0) mutex.unlock(held)
  yield* mutex.lock(held)
  waitGroup.add(w, is('done') - 2)
  yield* waitGroup.wait(w)
  if (is('close') === 0) Numbers.close(d)
  for (let turn = 0; numGoroutine() > 1 + stopping.get(); turn++) {
    expectThat(turn < 1e6, 'go: a goroutine does not end')
    yield* sleep(0)
  }
  expectThat(
    started.get() === before + is('go'),
    `go: ${started.get() - before} of ${is('go')} at ${left} ${words}`,
  )
  expectThat(Node.value.get(node) === 1, 'the node is another')
  leave(scope)
  return succeeded
}

/** Operations that wait, in the innermost of generators that reach to the end of the stack. */
function* waitingOperations(left: number): Generator<unknown, Names, unknown> {
  const scope = enter()
  const [c, s, r] = [keep(Numbers.new()), keep(Numbers.new()), keep(Numbers.new())]
  const m = keep(mutex.new())
  const w = keep(waitGroup.new(0))
  go(sender, r)
  go(receiver, s)
  const operations: Readonly<Record<string, Operate>> = {
    sleep: () => sleep(0),
    timeout: () => select(timeout(0), Numbers.receiving(c)),
    wait: () => waitGroup.wait(w),
    'lock and wait': () => mutex.lock(m),
    'recv and wait': () => Numbers.recv(r),
    'send and wait': () => Numbers.send(s, 1),
  }
  const done = new Set<string>()
  const all = function* (): Generator<unknown, void, unknown> {
    for (const [name, operation] of Object.entries(operations)) {
      try {
        yield* operation() as Operating
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        continue
      }
      done.add(name)
    }
  }
  try {
    yield* withinGenerators(left, all)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  for (const [name, operation] of Object.entries(operations))
    if (!done.has(name)) yield* operation() as Operating
  mutex.unlock(m)
  leave(scope)
  return done
}

export default function* main(depths = '300') {
  const count = Number(depths)
  const plain = yield* tryAtDepths(count, PLAIN, plainOperations)
  stopping.set(1)
  go.on(1, stopper)
  const stopped = yield* tryAtDepths(count, PLAIN, plainOperations)
  stopping.set(0)
  const waiting = yield* tryAtDepths(count, WAITING, waitingOperations)
  for (const done of [plain, stopped, waiting])
    console.log(
      `${depths} depths; each of ${done.size} operations was done at some, and failed at others: ${isMixed(done, count)}`,
    )
}
