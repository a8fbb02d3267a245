import { Console } from 'node:console'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { Realm } from '../../../runtime/isolation/realm.ts'

function callSite(): object {
  const { prepareStackTrace } = Error
  try {
    Error.prepareStackTrace = (_, sites) => sites[0]
    return new Error().stack as unknown as object
  } finally {
    Error.prepareStackTrace = prepareStackTrace
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
  }
}

/** Objects that a program may change, as it sees them. */
const owners: Readonly<Record<string, object>> = {
  globalThis,
  Array,
  'Array.prototype': Array.prototype,
  'Array.prototype.map': Array.prototype.map,
  'the getter of Map.prototype.size': Object.getOwnPropertyDescriptor(Map.prototype, 'size')
    ?.get as object,
  'Object.prototype': Object.prototype,
  Error,
  Math,
  JSON,
  Reflect,
  'Intl.DateTimeFormat.prototype.formatToParts': Intl.DateTimeFormat.prototype.formatToParts,
  'Promise.prototype': Promise.prototype,
  'Function.prototype': Function.prototype,
  '%TypedArray%.prototype': Object.getPrototypeOf(Int32Array.prototype) as object,
  '%IteratorPrototype%': Object.getPrototypeOf(
    Object.getPrototypeOf([][Symbol.iterator]()),
  ) as object,
  '%GeneratorPrototype%': Object.getPrototypeOf(function* () {}).prototype as object,
  '%AsyncGeneratorPrototype%': Object.getPrototypeOf(async function* () {}).prototype as object,
  'the prototype of call sites': Object.getPrototypeOf(callSite()) as object,
  'Console.prototype': Console.prototype,
}

test.each(Object.keys(owners))('a property more of %s is seen, until it is gone', name => {
  const found = new Realm()
  Object.defineProperty(owners[name], 'sawtooth', {
    value: '1',
    configurable: true,
    enumerable: true,
    writable: true,
  })
  expect(found.isAsItWas).toBe(false)
  Reflect.deleteProperty(owners[name], 'sawtooth')
  expect(found.isAsItWas).toBe(true)
})

const changes: readonly (readonly [string, object, string, PropertyDescriptor])[] = [
  ['a method replaced', Array.prototype, 'map', { value: () => [] }],
  ['a function of a namespace replaced', Math, 'random', { value: () => 0.5 }],
  ['a number changed', Error, 'stackTraceLimit', { value: 3 }],
  ['a property made read-only', Math, 'max', { writable: false }],
  ['a property made enumerable', Array.prototype, 'at', { enumerable: true }],
  ['the name of a function', parseInt, 'name', { value: 'left' }],
  ['a value made a getter', Math, 'min', { get: () => Math.max }],
  ['a getter replaced', Map.prototype, 'size', { get: () => 1 }],
  ['a setter added', Map.prototype, 'size', { set: () => {} }],
  ['a setting of what is shown', inspect.defaultOptions, 'depth', { value: 0 }],
]

test.each(changes)('%s is seen, until it is put back', (_, owner, key, change) => {
  const found = new Realm()
  const before = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor
  Object.defineProperty(owner, key, change)
  expect(found.isAsItWas).toBe(false)
  Object.defineProperty(owner, key, before)
  expect(found.isAsItWas).toBe(true)
})

test('another prototype is seen, and an object that takes no more properties', () => {
  const extensible = {}
  const found = new Realm()
  found.include(extensible)
  Object.setPrototypeOf(Uint8Array.prototype, Array.prototype)
  expect(found.isAsItWas).toBe(false)
  Object.setPrototypeOf(Uint8Array.prototype, Object.getPrototypeOf(Int8Array.prototype) as object)
  expect(found.isAsItWas).toBe(true)
  Object.preventExtensions(extensible)
  expect(found.isAsItWas).toBe(false)
})

test('classes of a run’s objects are compared, and its objects are not', () => {
  class Part {
    value = 0
  }
  const run = { parts: [new Part()] }
  const found = new Realm()
  found.includeClassesOf(run)
  run.parts[0].value = 1
  run.parts.push(new Part())
  expect(found.isAsItWas).toBe(true)
  Object.assign(Part.prototype, { left: 1 })
  expect(found.isAsItWas).toBe(false)
})

test('the check cannot be deceived: it calls nothing that a program may replace', () => {
  const found = new Realm()
  const { getOwnPropertyDescriptor, ownKeys } = Reflect
  const { has } = Set.prototype
  const iterate = Array.prototype[Symbol.iterator]
  try {
    Object.assign(Reflect, { ownKeys: () => [], getOwnPropertyDescriptor: () => undefined })
    Object.assign(Set.prototype, { has: () => true })
    Object.assign(Array.prototype, { [Symbol.iterator]: () => ({ next: () => ({ done: true }) }) })
    const seen = found.isAsItWas
    Object.assign(Array.prototype, { [Symbol.iterator]: iterate })
    expect(seen).toBe(false)
  } finally {
    Object.assign(Reflect, { ownKeys, getOwnPropertyDescriptor })
    Object.assign(Set.prototype, { has })
    Object.assign(Array.prototype, { [Symbol.iterator]: iterate })
  }
  expect(found.isAsItWas).toBe(true)
})

test('ordinary work changes nothing: no getter is called, and nothing is made that was not there', () => {
  const found = new Realm()
  ;/a(b)/.exec('ab')
  JSON.parse('{"a":[1,2]}')
  new Map([[1, new Error('e').stack]]).get(1)
  inspect({ a: 1 })
  performance.now()
  expect(found.isAsItWas).toBe(true)
})
