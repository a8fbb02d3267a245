import events from 'node:events'
import fs from 'node:fs'
import { expect, test } from 'vitest'
import { Realm } from '../../runtime/realm.ts'

/** Objects that a program may change, as it sees them. */
const owners: Readonly<Record<string, object>> = {
  globalThis,
  Array,
  'Array.prototype': Array.prototype,
  'Object.prototype': Object.prototype,
  Error,
  Math,
  JSON,
  Reflect,
  console,
  process,
  'process.env': process.env,
  'Promise.prototype': Promise.prototype,
  'Function.prototype': Function.prototype,
  '%TypedArray%.prototype': Object.getPrototypeOf(Int32Array.prototype) as object,
  '%IteratorPrototype%': Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]())) as object,
  '%GeneratorPrototype%': Object.getPrototypeOf(function* () {}).prototype as object,
  'EventTarget.prototype': EventTarget.prototype,
  'Buffer.prototype': Buffer.prototype,
  "'node:fs'": fs,
  'EventEmitter.prototype': events.prototype,
}

function realm(): Realm {
  const found = new Realm()
  for (const module of [fs, events]) found.include(module)
  return found
}

test.each(Object.keys(owners))('a property more of %s is seen, until it is gone', name => {
  const found = realm()
  Object.defineProperty(owners[name], 'sawtooth', { value: '1', configurable: true, enumerable: true, writable: true })
  expect(found.isAsItWas).toBe(false)
  Reflect.deleteProperty(owners[name], 'sawtooth')
  expect(found.isAsItWas).toBe(true)
})

const changes: readonly (readonly [string, object, string, unknown])[] = [
  ['a method replaced', Array.prototype, 'map', () => []],
  ['a function of a namespace replaced', Math, 'random', () => 0.5],
  ['a number changed', Error, 'stackTraceLimit', 3],
  ['a function of Node’s replaced', fs, 'readFileSync', () => ''],
  ['a method of console replaced', console, 'log', () => {}],
  ['a variable of the environment changed', process.env, 'PATH', '/nowhere'],
]

test.each(changes)('%s is seen, until it is put back', (_, owner, key, value) => {
  const found = realm()
  const before = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor
  Object.defineProperty(owner, key, { ...before, value })
  expect(found.isAsItWas).toBe(false)
  Object.defineProperty(owner, key, before)
  expect(found.isAsItWas).toBe(true)
})

test('a listener of process is seen, and another prototype', () => {
  const found = realm()
  const listener = (): void => {}
  process.on('beforeExit', listener)
  expect(found.isAsItWas).toBe(false)
  process.off('beforeExit', listener)
  expect(found.isAsItWas).toBe(true)
  Object.setPrototypeOf(Uint8Array.prototype, Array.prototype)
  expect(found.isAsItWas).toBe(false)
  Object.setPrototypeOf(Uint8Array.prototype, Object.getPrototypeOf(Int8Array.prototype) as object)
  expect(found.isAsItWas).toBe(true)
})

test('ordinary work changes nothing: no getter is called, and nothing is made that was not there', () => {
  const found = realm()
  ;/a(b)/.exec('ab')
  JSON.parse('{"a":[1,2]}')
  new Map([[1, new Error('e').stack]]).get(1)
  fs.existsSync('.')
  performance.now()
  expect(found.isAsItWas).toBe(true)
})

test('no module of Node’s is loaded by looking', () => {
  const { moduleLoadList } = process as unknown as { moduleLoadList: readonly string[] }
  const before = [...moduleLoadList]
  expect(realm().isAsItWas).toBe(true)
  expect([...moduleLoadList]).toEqual(before)
})
