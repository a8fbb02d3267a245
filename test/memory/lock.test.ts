import { beforeEach, expect, test, vi } from 'vitest'
import type { MetaWords } from '../../memory/kinds.ts'
import { lock, unlock } from '../../memory/lock.ts'

// Waiting is replaced by what the other threads do meanwhile.
const other = vi.hoisted(() => ({ meanwhile: [] as (() => void)[], woken: [] as number[] }))
vi.mock('#sync', async importOriginal => ({
  ...(await importOriginal<typeof import('#sync')>()),
  wait(meta: MetaWords, index: number, expected: number) {
    if (meta[index] !== expected) return 'not-equal'
    const next = other.meanwhile.shift()
    if (next === undefined) throw new Error('asleep for ever')
    next()
    return 'ok'
  },
  notify: (_words: Int32Array, _index: number, count: number) => other.woken.push(count),
}))

const meta = new Int32Array(new SharedArrayBuffer(16))
const AT = 2

beforeEach(() => {
  meta.fill(0)
  other.meanwhile = []
  other.woken = []
})

test('a free lock is taken and left without a wait or a wake-up', () => {
  lock(meta, AT)
  expect([...meta]).toEqual([0, 0, 1, 0])
  unlock(meta, AT)
  expect([...meta]).toEqual([0, 0, 0, 0])
  expect(other.woken).toEqual([])
})

test('who finds it held announces that it waits, and enters once the holder has left', () => {
  lock(meta, AT)
  other.meanwhile = [() => unlock(meta, AT)]
  lock(meta, AT)
  expect(other.meanwhile).toEqual([])
  expect(other.woken).toEqual([1])
})

test('who has waited leaves by waking one, since others may wait too', () => {
  lock(meta, AT)
  other.meanwhile = [() => unlock(meta, AT)]
  lock(meta, AT)
  other.woken = []
  unlock(meta, AT)
  expect(other.woken).toEqual([1])
  expect(meta[AT]).toBe(0)
})

test('who is woken and finds that another was faster waits again', () => {
  lock(meta, AT)
  const enterFaster = (): void => {
    unlock(meta, AT)
    lock(meta, AT)
  }
  other.meanwhile = [enterFaster, () => unlock(meta, AT)]
  lock(meta, AT)
  expect(other.meanwhile).toEqual([])
})

test('a wait that ends without cause does not let it in', () => {
  lock(meta, AT)
  other.meanwhile = [() => {}, () => {}]
  expect(() => lock(meta, AT)).toThrow('asleep for ever')
})
