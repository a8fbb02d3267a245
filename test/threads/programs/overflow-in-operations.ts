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

const Node = struct('Node', { next: self, value: i32 })
const Numbers = chan(i32)
const Nodes = chan(ref(Node))
const Ints = array(i32)
const kept = global(ref(Node))
const started = global(i32)
const counter = task('counter', [ref(Node)], function* (node) {
  started.set(started.get() + Node.value.get(node))
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

/**
 * How many frames, of some 80 bytes each, lie between two depths: 300 depths reach beyond all that
 * is probed for.
 */
const STRIDE = 5
/** Words by which the end of the stack is moved, from depth to depth. */
const WORDS = 32
/** Frames of 4 KiB that are left before the small ones begin. */
const ROOM = 40

type Act = () => void
/** Its frame takes 4 KiB, since it has room for a call that is never made. It calls `go on`. */
type Roomy = (isAsked: boolean, room: number, act: Act) => number
const roomy = new Function(
  'goOn',
  `return function roomy(isAsked, room, act) { if (isAsked) roomy(${'0,'.repeat(512)}0); return goOn(room, act) }`,
)(goOn) as Roomy

/**
 * Descends to the end of the stack in large frames, and calls `act` when `room` of them have
 * returned. Returns how many have.
 */
function goOn(room: number, act: Act): number {
  let returned = 0
  try {
    returned = roomy(false, room, act) + 1
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  if (returned === room) act()
  return returned
}

/**
 * Descends to the end of the stack, and calls `act` when `left` frames have returned. Returns how
 * many have.
 */
function descend(left: number, act: Act): number {
  let returned = 0
  try {
    returned = descend(left, act) + 1
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  if (returned === left) act()
  return returned
}

/**
 * Calls `act` with that many more words on the stack. A frame's size differs between versions of
 * Node, and the smallest function must meet the end of the stack too.
 */
function padded(words: number, act: Act): void {
  Reflect.apply(act, undefined, new Array(words).fill(0))
}

/** At how many depths each operation was done near the end of the stack. */
const done = new Map<string, number>()

function isMixed(depths: number): boolean {
  return [...done.values()].every(count => count > 0 && count < depths)
}

/**
 * Does all operations near the end of the stack, one after the other. Returns the names of those
 * that did not throw a RangeError.
 */
function doNearTheEnd(
  left: number,
  words: number,
  acts: Readonly<Record<string, Act>>,
): Set<string> {
  const names = new Set<string>()
  const entries = Object.entries(acts)
  let isTried = false
  const attempt = (): void => {
    isTried = true
    for (let index = 0; index < entries.length; index++) {
      try {
        entries[index][1]()
        names.add(entries[index][0])
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
      }
    }
  }
  // Compiled, a large frame is a small one, and more of them make the room.
  for (let room = ROOM; !isTried; room *= 2)
    goOn(room, () => void descend(left, () => padded(words, attempt)))
  for (const name of names) done.set(name, (done.get(name) ?? 0) + 1)
  return names
}

type Operating = Generator<unknown, unknown, unknown>
type Operate = () => Iterable<unknown, unknown>

/** As roomy: `large` of these generators wait for each other, and the innermost for `inside`. */
const roomyGenerators = new Function(
  `return function* roomy(large, inside) { if (large < 0) roomy(${'0,'.repeat(512)}0); return large > 0 ? yield* roomy(large - 1, inside) : yield* inside() }`,
)() as (large: number, inside: () => Operating) => Operating

/** `small` generators that wait for each other: the innermost does the operation. */
function* within(small: number, operation: Operate): Operating {
  if (small > 0) return yield* within(small - 1, operation)
  return yield* operation() as Operating
}

/** The most for which `enter` does not overflow the stack. */
function most(enter: (count: number) => Operating): number {
  let fits = 0
  for (let step = 4096; step >= 1; step /= 2) {
    try {
      enter(fits + step).next()
      fits += step
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  return fits
}

const nothing: Operate = () => []

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
function* plainOperations(depth: number): Generator<unknown, void, unknown> {
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
  const succeeded = doNearTheEnd(STRIDE * depth, depth % WORDS, {
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
  for (let turn = 0; numGoroutine() > 1; turn++) {
    expectThat(turn < 1e6, 'go: a goroutine does not end')
    yield* sleep(0)
  }
  expectThat(started.get() === before + is('go'), 'go')
  expectThat(Node.value.get(node) === 1, 'the node is another')
}

/** Operations that wait, in the innermost of generators that reach to the end of the stack. */
function* waitingOperations(large: number, small: number): Generator<unknown, void, unknown> {
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
  const left = new Set(Object.keys(operations))
  const all = function* (): Generator<unknown, void, unknown> {
    for (const [name, operation] of Object.entries(operations)) {
      try {
        yield* operation() as Operating
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        continue
      }
      left.delete(name)
      done.set(name, (done.get(name) ?? 0) + 1)
    }
  }
  try {
    yield* roomyGenerators(large, () => within(small, all))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  for (const name of left) yield* operations[name]() as Operating
  mutex.unlock(m)
}

export default function* main(depths = '300') {
  for (let depth = 0; depth < Number(depths); depth++) {
    const scope = enter()
    yield* plainOperations(depth)
    leave(scope)
  }
  const large = most(count => roomyGenerators(count, () => within(0, nothing))) - ROOM
  const small = most(count => roomyGenerators(large, () => within(count, nothing)))
  for (let depth = 0; depth < Number(depths); depth++) {
    const scope = enter()
    yield* waitingOperations(large, small - STRIDE * depth)
    leave(scope)
  }
  console.log(
    `${depths} depths; each of ${done.size} operations was done at some, and failed at others: ${isMixed(Number(depths))}`,
  )
}
