import { expect, test } from 'vitest'
import { compileAhead } from '../../runtime/compile-ahead.ts'

/** Descends to the end of the stack, and calls `then` once `left` frames have returned. Returns how many have. */
function descend(left: number, then: () => void): number {
  let returned = 0
  try {
    returned = descend(left, then) + 1
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  if (returned === left) then()
  return returned
}

type Subject = { add(x: number): number; readonly twice: number }

/** What the subject's methods give or throw where the stack has room for so many frames of the descent. */
function askNearTheEnd(left: number, subject: Subject): unknown {
  let result: unknown
  descend(left, () => {
    try {
      result = subject.add(1) + subject.twice
    } catch (error) {
      result = error
    }
  })
  return result
}

let versions = 0

/** A fresh class each time, compiled anew: V8 knows a source again. */
function fresh(): Subject {
  const source = `return new (class { /* ${versions++} */ constructor() { this.part = new (class { constructor() { this.x = 2 } get twice() { return this.x * 2 } })() } add(x) { return this.part.x + x } get twice() { return this.part.twice } })()`
  return new Function(source)() as Subject
}

// A hundred frames of the descent are some ten KiB: enough for any of these, and too little for V8 to compile one.
test('a method that was never called fails near the end of the stack; compiled ahead it does not', () => {
  expect(askNearTheEnd(2_000, fresh())).toBe(7) // and the asking is compiled
  expect(askNearTheEnd(100, fresh())).toBeInstanceOf(RangeError)
  const early = fresh()
  compileAhead(early)
  expect(askNearTheEnd(100, early)).toBe(7)
})

test('each method is called once, on nothing, and what is no method of ours is left alone', () => {
  let calls = 0
  const part = {
    list: [
      new (class Part {
        count(): number {
          return ++calls + this.base
        }
        base = 1
      })(),
    ],
    map: new Map([[1, 2]]),
    array: new Int32Array(4),
    itself: null as unknown,
  }
  part.itself = part
  compileAhead([part, ...part.list])
  expect(part.map.get(1)).toBe(2)
  // What a method does before it looks at `this` is done: this one counts. No method of a P does anything.
  expect(calls).toBe(1)
})
