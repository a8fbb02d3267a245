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
  const meta = new Int32Array(new SharedArrayBuffer(16))
  for (const sync of [ordinary, controlled]) {
    meta.fill(0)
    sync.store(meta, 0, 5)
    expect(sync.load(meta, 0)).toBe(5)
    expect(sync.add(meta, 0, 2)).toBe(5)
    expect(sync.sub(meta, 0, 1)).toBe(7)
    expect(sync.or(meta, 0, 8)).toBe(6)
    expect(sync.and(meta, 0, 12)).toBe(14)
    expect(sync.exchange(meta, 0, 3)).toBe(12)
    expect(sync.compareAndSwap(meta, 0, 4, 9)).toBe(false)
    expect(sync.compareAndSwap(meta, 0, 3, 9)).toBe(true)
    expect(sync.wait(meta, 0, 8)).toBe('not-equal')
    expect(sync.wait(meta, 0, 9, 1)).toBe('timed-out')
    sync.notify(meta, 0)
    expect(sync.now()).toBeGreaterThan(0)
  }
})
