import { expect, test } from 'vitest'
import * as controlled from '../../../memory/controlled/sync.ts'
import * as ordinary from '../../../memory/sync.ts'

test('the controlled module has what the ordinary one has, and no more', () => {
  const shape = (module: object): string[] =>
    Object.entries(module).map(
      ([name, value]) => `${name}: ${typeof value === 'function' ? value.length : typeof value}`,
    )
  expect(shape(controlled).sort()).toEqual(shape(ordinary).sort())
})

test('a thread that has no part in a schedule does what the ordinary module does', () => {
  const words = new Int32Array(new SharedArrayBuffer(16))
  for (const sync of [ordinary, controlled]) {
    words.fill(0)
    sync.store(words, 0, 5)
    expect(sync.load(words, 0)).toBe(5)
    expect(sync.add(words, 0, 2)).toBe(5)
    expect(sync.sub(words, 0, 1)).toBe(7)
    expect(sync.or(words, 0, 8)).toBe(6)
    expect(sync.and(words, 0, 12)).toBe(14)
    expect(sync.exchange(words, 0, 3)).toBe(12)
    expect(sync.compareAndSwap(words, 0, 4, 9)).toBe(false)
    expect(sync.compareAndSwap(words, 0, 3, 9)).toBe(true)
    expect(sync.wait(words, 0, 8)).toBe('not-equal')
    expect(sync.wait(words, 0, 9, 1)).toBe('timed-out')
    sync.notify(words, 0)
    expect(sync.now()).toBeGreaterThan(0)
  }
})
