// Operations, by hand and on one P. An operation hands its goroutine over, and does not park it by
// itself. Any other use of an operation than `yield*` is an error.
import { beforeEach, describe, expect, test } from 'vitest'
import type { Addr, GoroutineId } from '../../memory/kinds.ts'
import { MAX_WAITERS } from '../../memory/layout.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import {
  CHANNEL_CAPACITY,
  CHANNEL_KIND,
  CHANNEL_WORDS,
  Channels,
  KIND_I32,
  Receive,
  Send,
} from '../../scheduler/channel.ts'
import { DeadlockError } from '../../scheduler/deadlock.ts'
import { OperationError, PARKED } from '../../scheduler/operation.ts'
import { Select, type SelectCase } from '../../scheduler/select.ts'
import { Sleep } from '../../scheduler/waiting.ts'
import { LoneP } from '../support/lone-p.ts'

class ReceiveNumber extends Receive<number> {
  protected override result(): number {
    return this.value
  }
}

class SelectIndex extends Select<number> {
  protected override result(): number {
    return this.index
  }
}

let p: LoneP
let channels: Channels

beforeEach(() => {
  p = new LoneP()
  channels = new Channels(p)
})

/** A channel of numbers, kept by the goroutine that runs. */
function newChannel(capacity = 0): Addr {
  const at = p.allocator.allocate(4 * CHANNEL_WORDS, true)
  const { heap } = p.memory
  heap[(at >>> 2) + CHANNEL_CAPACITY] = capacity
  heap[(at >>> 2) + CHANNEL_KIND] = KIND_I32
  heap[at >>> 2] = 1
  p.collector.stack.push(at)
  return at
}

const receiveFrom = (channel: Addr): ReceiveNumber => new ReceiveNumber(p, channels, channel)
const statusOf = (id: GoroutineId): number =>
  p.memory.meta[p.memory.goroutineWord(id, gWords.STATUS)]
const keptNow = (): number => p.collector.stack.top - p.collector.stack.base

/** Steps an operation. Its goroutine has time left in its slice, however slow the machine is. */
function stepOf<T>(operation: Iterator<unknown, T>): IteratorResult<unknown, T> {
  p.memory.meta[p.memory.goroutineWord(p.goroutine, gWords.GIVE_WAY)] = 0
  return operation.next()
}

/** Runs the body as main, with nothing to come back to. */
function inMain(body: () => void): void {
  p.runMain(function* () {
    body()
  })
}

const ofOperation = (message: RegExp) =>
  expect.objectContaining({ message: expect.stringMatching(message) })

describe('an operation that must wait', () => {
  test('hands its goroutine over, which runs until its P parks it', () => {
    const seen: number[] = []
    p.runMain(function* () {
      const sleep = new Sleep(p, 0)
      const { value } = stepOf(sleep)
      seen.push(statusOf(1 as GoroutineId))
      yield value
      seen.push(statusOf(1 as GoroutineId))
      expect(sleep.next().done).toBe(true)
    })
    expect(seen).toEqual([gWords.G_RUNNING, gWords.G_RUNNING])
  })

  test.each([
    ['a second step', (one: ReceiveNumber) => one.next()],
    ['return', (one: ReceiveNumber) => one.return(0)],
    ['throw', (one: ReceiveNumber) => one.throw(new Error('the program’s'))],
    ['another operation', () => new Sleep(p, 0).next()],
  ])(
    'is given up by %s outside of yield*, with an error that says where it was made',
    (_, step) => {
      inMain(() => {
        const kept = keptNow() + 1
        const one = receiveFrom(newChannel())
        expect(stepOf(one)).toEqual({ done: false, value: PARKED })
        let error: unknown
        try {
          step(one)
        } catch (thrown) {
          error = thrown
        }
        expect(error).toBeInstanceOf(OperationError)
        expect(error).toEqual(ofOperation(/^recv was stepped outside of yield\*/))
        expect((error as Error).stack).toContain('operation.test.ts')
        expect([statusOf(1 as GoroutineId), p.handedOver, keptNow()]).toEqual([
          gWords.G_RUNNING,
          null,
          kept,
        ])
        p.unstarted = null
      })
    },
  )

  test('is an error of a goroutine that ends without it, gives way, or yields something else', () => {
    for (const end of [[], [undefined], [7]]) {
      p = new LoneP()
      channels = new Channels(p)
      const main = function* () {
        stepOf(receiveFrom(newChannel()))
        for (const one of end) yield one
      }
      expect(() => p.runMain(main)).toThrow(/^recv was stepped outside of yield\*/)
    }
  })

  test('is an error that says so, where what waited in it is dropped as it is over', () => {
    p.runMain(function* () {
      yield stepOf(new Sleep(p, 0)).value
      expect(() => new Sleep(p, 0).next()).toThrow(
        /^sleep is over, and the generators that waited in it were not gone on with/,
      )
      expect(p.handedOver).toBe(null)
    })
  })

  test('may be stepped by hand if what it yields is passed on', () => {
    let received = 0
    p.runMain(function* () {
      const channel = newChannel()
      p.start(function* () {
        yield* new Send(p, channels, channel, 42)
      })
      const one = receiveFrom(channel)
      for (let step = one.next(); ; step = one.next()) {
        if (step.done) received = step.value
        if (step.done) break
        yield step.value
      }
    })
    expect(received).toBe(42)
  })

  test('cannot be stepped or ended by another goroutine', () => {
    const errors: unknown[] = []
    p.runMain(function* () {
      const channel = newChannel()
      const one = receiveFrom(channel)
      p.start(function* () {
        for (const step of [() => one.next(), () => one.return(0)]) {
          try {
            step()
          } catch (error) {
            errors.push(error)
          }
        }
        yield* new Send(p, channels, channel, 1)
      })
      expect(yield* one).toBe(1)
    })
    expect(errors).toEqual([ofOperation(/another goroutine/), ofOperation(/another goroutine/)])
  })
})

test('an operation that was made and not waited for is an error at the next one, at a yield, and at the end', () => {
  const forgotten = /^sleep was never waited for: yield\* is missing before it/
  expect(() =>
    inMain(() => {
      void new Sleep(p, 0)
      void receiveFrom(newChannel())
    }),
  ).toThrow(forgotten)
  for (const end of [[], [undefined]]) {
    p = new LoneP()
    const main = function* () {
      void new Sleep(p, 0)
      for (const one of end) yield one
    }
    expect(() => p.runMain(main)).toThrow(forgotten)
  }
})

test('what a goroutine that steps by hand keeps meanwhile stays kept, whether the operation is done or given up', () => {
  for (const isGivenUp of [false, true]) {
    p = new LoneP()
    channels = new Channels(p)
    p.runMain(function* () {
      const channel = newChannel()
      p.start(function* () {
        yield* new Send(p, channels, channel, 1)
      })
      const one = receiveFrom(channel)
      let step = stepOf(one)
      const kept = newChannel()
      const at = p.collector.stack.top - 1 - p.collector.stack.base
      if (isGivenUp) expect(() => one.return(0)).toThrow(OperationError)
      else
        while (!step.done) {
          yield step.value
          step = one.next()
        }
      expect(p.memory.meta[p.collector.stack.base + at]).toBe(kept)
      expect(keptNow()).toBeGreaterThan(at)
    })
  }
})

test('what is yielded without a star may itself yield without one, and catches what is thrown into it', () => {
  const said: unknown[] = []
  p.runMain(function* () {
    const channel = newChannel(1)
    yield* new Send(p, channels, channel, 7)
    const helper = function* (): Generator<unknown, number, unknown> {
      said.push(yield receiveFrom(channel))
      try {
        yield 5
      } catch (error) {
        said.push((error as Error).name)
      }
      return 42
    }
    said.push(yield helper())
  } as () => Generator<unknown, void, unknown>)
  expect(said).toEqual([7, 'TypeError', 42])
})

test.each([
  ['what is over at once', () => [].values()],
  ['what is none', () => 5],
  ['what steps to no object', () => ({ next: () => 5 })],
])('a goroutine that yields %s again and again leaves turns to others', (_, yielded) => {
  let turns = 0
  p.runMain(function* () {
    p.start(function* () {
      for (;;) {
        try {
          yield yielded()
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
      }
    })
    for (; turns < 3; turns++) yield
  })
  expect(turns).toBe(3)
})

test.each([
  ['forgets an operation again and again', () => new Sleep(p, 1), undefined],
  ['steps operations by hand again and again', () => new Sleep(p, 1).next(), 'something else'],
])('a goroutine that %s, and catches that, leaves others their turns', (_, misuse, yielded) => {
  let hasOtherRun = false
  let errors = 0
  p.runMain(function* () {
    p.start(function* () {
      hasOtherRun = true
    })
    while (!hasOtherRun)
      try {
        misuse()
        yield yielded
      } catch (error) {
        expect(error).toBeInstanceOf(OperationError)
        errors++
      }
  })
  expect(errors).toBeGreaterThan(0)
})

test('an iterator that yields itself is an error, before the heap of JavaScript is full', () => {
  const endless: Iterator<unknown> = { next: () => ({ done: false, value: endless }) }
  p.runMain(function* () {
    let thrown: unknown
    try {
      yield endless
    } catch (error) {
      thrown = error
    }
    expect(thrown).toEqual(
      new RangeError('10000 iterators have yielded one another, and none of them ends'),
    )
  })
})

test('what the code of something yielded throws, the goroutine may catch', () => {
  const mine = new Error('mine')
  const throws = (): never => {
    throw mine
  }
  const caught: unknown[] = []
  const odd: readonly unknown[] = [
    new Proxy({}, { has: throws }),
    Object.defineProperty({}, 'next', { get: throws }),
    { next: throws },
    { next: () => Object.defineProperty({}, 'done', { get: throws }) },
    { next: () => Object.defineProperty({ done: true }, 'value', { get: throws }) },
  ]
  p.runMain(function* () {
    for (const each of odd)
      try {
        yield each
      } catch (error) {
        caught.push(error)
      }
  })
  expect(caught).toEqual(odd.map(() => mine))
})

test('a goroutine that sleeps for ever waits for no timer: where all do, that is a deadlock', () => {
  expect(() =>
    p.runMain(function* () {
      yield* new Sleep(p, Number.POSITIVE_INFINITY)
    }),
  ).toThrow(DeadlockError)
})

test('an operation whose place cannot be noted was not made', () => {
  p.runMain(function* () {
    const made = globalThis.Error
    const limit = Object.getOwnPropertyDescriptor(made, 'stackTraceLimit') as PropertyDescriptor
    Object.defineProperty(globalThis, 'Error', {
      configurable: true,
      value: () => 'none',
      writable: true,
    })
    try {
      yield* new Sleep(p, 0)
    } finally {
      globalThis.Error = made
      Object.defineProperty(made, 'stackTraceLimit', limit)
    }
    yield* new Sleep(p, 0)
  })
})

test('a goroutine may catch such an error, and go on', () => {
  let caught = 0
  p.runMain(function* () {
    try {
      void new Sleep(p, 0)
      yield
    } catch {
      caught++
    }
    yield* new Sleep(p, 0)
  })
  expect(caught).toBe(1)
})

describe('without a record of waiting', () => {
  const exhaust = (): void => {
    p.memory.meta[control.WAITER_NEXT] = MAX_WAITERS - 1
  }

  test.each([
    ['a receive', (channel: Addr) => receiveFrom(channel)],
    [
      'a select',
      (channel: Addr) => new SelectIndex(p, channels, [caseOf(channel), caseOf(channel)]),
    ],
  ])('%s throws into its goroutine, which runs on, and has no record', (_, operation) => {
    p.runMain(function* () {
      const channel = newChannel()
      exhaust()
      const before = p.memory.meta[control.WAITER_FREE]
      const kept = keptNow()
      let error: unknown
      try {
        yield* operation(channel)
      } catch (thrown) {
        error = thrown
      }
      expect(error).toBeInstanceOf(RangeError)
      expect([statusOf(1 as GoroutineId), keptNow(), p.memory.meta[control.WAITER_FREE]]).toEqual([
        gWords.G_RUNNING,
        kept,
        before,
      ])
      yield* new Sleep(p, 0)
    })
  })

  test('a select gives back the ones that it had', () => {
    p.runMain(function* () {
      const channel = newChannel()
      p.memory.meta[control.WAITER_NEXT] = MAX_WAITERS - 3
      for (let time = 0; time < 3; time++) {
        const three = new SelectIndex(p, channels, [
          caseOf(channel),
          caseOf(channel),
          caseOf(channel),
        ])
        let error: unknown
        try {
          yield* three
        } catch (thrown) {
          error = thrown
        }
        expect(error).toBeInstanceOf(RangeError)
      }
      expect(
        yield* new SelectIndex(p, channels, [caseOf(channel), caseOf(channel), timeoutOf(1)]),
      ).toBe(2)
    })
  })
})

function caseOf(channel: Addr): SelectCase {
  return { kind: 'receive', channel, value: 0 }
}

function timeoutOf(value: number): SelectCase {
  return { kind: 'timeout', channel: 0, value }
}

describe('select', () => {
  test.each([[2], [3], [5]])(
    'takes each of the cases that are possible as often as any other, of %i',
    count => {
      const taken = new Map<number, number>()
      const rounds = 3000
      p.runMain(function* () {
        const ready = newChannel()
        channels.close(ready)
        const never = newChannel()
        // Idle cases before the second one must not favour it.
        const cases = Array.from({ length: count }, (_, at) =>
          caseOf(at === 0 || at === count - 1 ? ready : never),
        )
        for (let round = 0; round < rounds; round++) {
          const index = yield* new SelectIndex(p, channels, cases)
          taken.set(index, (taken.get(index) ?? 0) + 1)
        }
      })
      expect([...taken.keys()].sort()).toEqual([0, count - 1].sort())
      // Six standard deviations; the seed is fixed.
      expect(Math.abs((taken.get(0) ?? 0) - rounds / 2)).toBeLessThan(3 * Math.sqrt(rounds))
    },
  )

  test('waits for the least of its timeouts, and never takes a case of nil', () => {
    p.runMain(function* () {
      expect(
        yield* new SelectIndex(p, channels, [
          caseOf(0),
          timeoutOf(1e9),
          timeoutOf(1),
          timeoutOf(2),
        ]),
      ).toBe(2)
      expect(
        yield* new SelectIndex(p, channels, [
          caseOf(0),
          { kind: 'otherwise', channel: 0, value: 0 },
        ]),
      ).toBe(1)
    })
  })
})

test('a goroutine that does not run cannot be asked to stop running', () => {
  const id = p.goroutineOf(function* () {})
  expect(() => p.goroutines.tryStopRunning(id, gWords.G_WAITING)).toThrow(
    `goroutine ${id} is to stop running`,
  )
})
