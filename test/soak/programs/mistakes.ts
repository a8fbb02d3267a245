// Mistakes that programs make on purpose, and the error that each must get. None changes an object
// that the model knows, or the state of a channel or mutex.
import {
  bytes,
  enter,
  gc,
  go,
  keep,
  leave,
  local,
  mutex,
  nil,
  type Ref,
  select,
  setGCPercent,
  setLocal,
  sleep,
  struct,
  timeout,
  waitGroup,
} from 'sawtooth'
import type { Thrown } from '../grammar.ts'
import { type Any, Integers, makeLeaf, References, setStamp } from './shapes.ts'
import { Crates, totals } from './world.ts'

/** A value of the program's own. The same value must be caught. */
type Own = 'error' | 'text' | 'nothing' | 'object' | 'symbol'
type Misuse = 'forgotten' | 'spread' | 'stepped' | 'returned' | 'interrupted' | 'iterated'
type Steps = Generator<unknown, unknown, unknown>

/**
 * Throws what an attempt is to throw, and says as what it must be caught. `isChecked` is true if
 * the run has `--check`.
 */
export function* throwing(
  thrown: Thrown,
  stamp: number,
  isChecked: boolean,
  expect: (isRight: (error: unknown) => boolean) => void,
): Steps {
  switch (thrown) {
    case 'error':
    case 'text':
    case 'nothing':
    case 'object':
    case 'symbol': {
      const value = ownOf(thrown, stamp)
      expect(error => error === value)
      throw value
    }
    case 'argument': {
      const possible = isChecked ? WRONG : [...WRONG, ...WRONG_UNCHECKED]
      const [name, act] = possible[(stamp >>> 0) % possible.length]
      const channel = keep(Crates.new(1))
      expect(error => nameOf(error) === name)
      yield* act(channel)
      return null
    }
    case 'overflow':
      expect(isOverflow)
      return endless()
    case 'memory':
      expect(error => nameOf(error) === 'OutOfMemoryError')
      return bytes.new(LARGER_THAN_ANY_ARENA)
    default:
      return yield* misusing(thrown, keep(Crates.new(0)), expect)
  }
}

export const LARGER_THAN_ANY_ARENA = 2 ** 30

function ownOf(thrown: Own, stamp: number): unknown {
  switch (thrown) {
    case 'error':
      return new Error(`the soak throws ${stamp}`)
    case 'text':
      return `the soak throws ${stamp}`
    case 'nothing':
      return undefined
    case 'object':
      return Object.freeze({ stamp })
    case 'symbol':
      return Symbol('the soak throws')
  }
}

export function isOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded'
}

export function endless(): number {
  return endless() + 1
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error)
}

// ————— operations used without `yield*`

type Channel = ReturnType<typeof Crates.new>

function* waits(channel: Channel): Steps {
  return yield* Crates.recv(channel)
}

function* misusing(
  how: Misuse,
  channel: Channel,
  expect: (isRight: (error: unknown) => boolean) => void,
): Steps {
  expect(error => error instanceof TypeError && /yield\*/.test(error.message))
  return yield* MISUSES[how](channel)
}

/** A wrong use that is not reported at once is reported by the next operation. */
const MISUSES: Readonly<Record<Misuse, (channel: Channel) => Steps>> = {
  *forgotten(channel) {
    Crates.recv(channel)
    yield* sleep(0)
    return null
  },
  *spread() {
    return [...(sleep(1) as Iterable<unknown>)]
  },
  *stepped(channel) {
    waits(channel).next()
    yield* sleep(0)
    return null
  },
  *returned(channel) {
    const waiting = waits(channel)
    waiting.next()
    return waiting.return(null)
  },
  *interrupted(channel) {
    const waiting = waits(channel)
    waiting.next()
    return waiting.throw(new Error('mine'))
  },
  *iterated(channel) {
    for (const _ of waits(channel)) return null
    return null
  },
}

// ————— wrong arguments

const OWN = 'thrown while it was converted'

/** An object that must be converted to a number: the conversion collects, and throws. */
const collecting = {
  valueOf(): number {
    gc()
    throw new Error(OWN)
  },
} as unknown as number

const big = 1n as unknown as number

type Wrong = readonly [name: string, act: (channel: Channel) => Steps]

/** A mistake that is made without waiting. */
const wrong = (name: string, act: (channel: Channel) => unknown): Wrong => [
  name,
  function* (channel) {
    return act(channel)
  },
]

/** A mistake in a scope of its own: what it makes is gone with the error. */
function withScope(act: () => unknown): unknown {
  const scope = enter()
  act()
  leave(scope)
  return null
}

const WRONG: readonly Wrong[] = [
  wrong('RangeError', () => Integers.new(-1)),
  wrong('RangeError', () => Integers.new(0.5)),
  wrong('RangeError', () => References.new(2 ** 31)),
  wrong('RangeError', () => Integers.get(Integers.new(3), 3)),
  wrong('RangeError', () => Integers.set(Integers.new(3), -1, 7)),
  wrong('RangeError', () => Integers.get(Integers.new(3), Number.NaN)),
  wrong('RangeError', () => totals.get(1000)),
  wrong('RangeError', () => Crates.new(-1)),
  wrong('RangeError', () => waitGroup.new(-1)),
  wrong('RangeError', () => waitGroup.add(waitGroup.new(1), 0.5)),
  wrong('RangeError', () => setGCPercent(0.5)),
  wrong('RangeError', () => sleep(Number.NaN)),
  wrong('RangeError', channel =>
    select(Crates.receiving(channel), timeout('soon' as unknown as number)),
  ),
  wrong('RangeError', () => go.on(-1, null as never)),
  wrong('RangeError', () => go.on(64, null as never)),
  wrong('TypeError', () => go({} as never)),
  wrong('TypeError', () => select(7 as never)),
  wrong('TypeError', () => setStamp(nil, 1)),
  wrong('TypeError', () => Crates.recv(nil)),
  wrong('TypeError', () => mutex.unlock(nil)),
  wrong('TypeError', () => bytes.text(nil)),
  wrong('TypeError', () => setStamp(makeLeaf(), big)),
  wrong('TypeError', () => Integers.set(Integers.new(1), 0, big)),
  wrong('TypeError', () => totals.set(UNUSED_TOTAL, big)),
  wrong('Error', () => setStamp(makeLeaf(), collecting)),
  wrong('DeclarationError', () => struct('Late', {})),
  wrong('ChannelError', () => mutex.unlock(mutex.new())),
  wrong('ChannelError', () => waitGroup.done(waitGroup.new(0))),
  wrong('ChannelError', channel => {
    Crates.close(channel)
    Crates.close(channel)
  }),
  [
    'ChannelError',
    function* (channel) {
      Crates.close(channel)
      return yield* Crates.send(channel, nil)
    },
  ],
]

/** An index at which no total is kept. */
const UNUSED_TOTAL = 15

/** Breaches of the rules in places where they are checked. They end the run. */
const WRONG_UNCHECKED: readonly Wrong[] = [
  wrong('TypeError', () => Crates.recv(makeLeaf() as never)),
  wrong('TypeError', () => Crates.close(big as never)),
  wrong('TypeError', () => Crates.send(12_345 as never, nil)),
  wrong('TypeError', () => mutex.lock(makeLeaf() as never)),
  wrong('TypeError', () => waitGroup.wait(keep(mutex.new()) as never)),
  wrong('TypeError', () => withScope(() => keep(big as Ref<never>))),
  wrong('TypeError', () => withScope(() => setLocal(local<never>(nil), big as Ref<never>))),
  wrong('Error', () => withScope(() => keep(collecting as Ref<never>))),
  wrong('Error', () => withScope(() => setLocal(local<never>(nil), collecting as Ref<never>))),
  wrong('Error', () => References.set(keep(References.new(1)), 0, collecting as Any)),
  wrong('Error', channel => Crates.send(channel, collecting as never)),
  wrong('TypeError', () => makeLeaf(big)),
  wrong('Error', () => makeLeaf(collecting)),
]
