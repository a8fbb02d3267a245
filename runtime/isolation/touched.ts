/**
 * Whether a program has used anything of Node's that may keep state where nobody can compare it:
 * behind an accessor, in a closure, in C++. On a thread each such global becomes an accessor that
 * notes its use.
 *
 *   the language   is compared (realm.ts); what makes code of strings, or calls back late, is noted
 *   console        belongs to its run (task-console.ts)
 *   performance    `now` and `timeOrigin` keep nothing; any other use of it is noted
 *   anything else  is noted: one read or write of the name
 */
import { LANGUAGE } from './language.ts'

// Taken here because a program may replace any of these.
const {
  apply,
  construct,
  defineProperty,
  get,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  ownKeys,
  set,
} = Reflect
const { bind } = Function.prototype

let isNoted = false

function note(): void {
  isNoted = true
}

/** True if anything was used since {@link forgetTouches}. */
export function isTouched(): boolean {
  return isNoted
}

/** For uses by the runtime itself, before there is a program. */
export function forgetTouches(): void {
  isNoted = false
}

/** Known to keep nothing: the thread's global object by another name, and V8's collection. */
const NEUTRAL: ReadonlySet<PropertyKey> = new Set(['global', 'gc', 'console'])

/** Once in a thread's life, before any program. The runtime's own code imports what it needs. */
export function noteTouches(): void {
  const { performance } = globalThis
  for (const key of ownKeys(globalThis))
    if (!LANGUAGE.has(key) && !NEUTRAL.has(key)) noteUseOf(globalThis, key)
  const value = clockOf(performance)
  defineProperty(globalThis, 'performance', {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
  noteCodeFromStrings()
  noteCalls(FinalizationRegistry.prototype, 'register')
  noteCalls(get(globalThis, 'Atomics'), 'waitAsync')
  // Nothing else leads to what it returns, and to make one here takes 17 ms.
  noteCalls(
    get((get(globalThis, 'Intl') as typeof Intl | undefined)?.Segmenter ?? {}, 'prototype'),
    'segment',
  )
}

function noteUseOf(owner: object, key: PropertyKey): void {
  const before = getOwnPropertyDescriptor(owner, key)
  // Not configurable are only globals of the language, and gc.
  if (before?.configurable !== true) return
  const { get: getter, set: setter, enumerable } = before
  let { value } = before as { value: unknown }
  defineProperty(owner, key, {
    get: () => {
      note()
      return getter === undefined ? value : (apply(getter, owner, []) as unknown)
    },
    set: (given: unknown) => {
      note()
      if (setter !== undefined) apply(setter, owner, [given])
      else value = given
    },
    enumerable: enumerable === true,
    configurable: true,
  })
}

/** Notes a call. A read is not noted, since printing an object reads these. */
function noteCalls(owner: unknown, key: string): void {
  if (typeof owner !== 'object' || owner === null) return // Node was started without it.
  const original: unknown = get(owner, key)
  if (typeof original !== 'function') return // Not in this version of Node.
  defineProperty(owner, key, {
    value: noted(original as () => unknown),
    writable: true,
    configurable: true,
  })
}

function noted<F extends (...values: never[]) => unknown>(original: F): F {
  return new Proxy(original, {
    apply: (called, self, values: unknown[]) => {
      note()
      return apply(called, self, values) as unknown
    },
    construct: (called, values: unknown[], target) => {
      note()
      return construct(called, values, target) as object
    },
  })
}

/**
 * Notes code that is made from a string: it may import what the parser has not seen
 * (program-files.ts).
 */
function noteCodeFromStrings(): void {
  for (const one of [() => {}, function* () {}, async () => {}, async function* () {}]) {
    const prototype = getPrototypeOf(one) as object
    const before = getOwnPropertyDescriptor(prototype, 'constructor') as { value: () => unknown }
    const value = noted(before.value)
    defineProperty(prototype, 'constructor', { ...before, value })
    if (before.value === (Function as unknown)) defineProperty(globalThis, 'Function', { value })
  }
}

/** A clock whose other properties lead to Node's own object, and are noted. */
function clockOf(performance: typeof globalThis.performance): object {
  const rest = new Proxy(performance, {
    get: (real, key) => {
      note()
      const value: unknown = get(real, key)
      return typeof value === 'function' ? (apply(bind, value, [real]) as unknown) : value
    },
    set: (real, key, value) => {
      note()
      return set(real, key, value)
    },
    has: (real, key) => {
      note()
      return key in real
    },
    getPrototypeOf: real => {
      note()
      return getPrototypeOf(real)
    },
    getOwnPropertyDescriptor: (real, key) => {
      note()
      return getOwnPropertyDescriptor(real, key)
    },
    ownKeys: real => {
      note()
      return ownKeys(real)
    },
    defineProperty: () => {
      note()
      return false
    },
    deleteProperty: () => {
      note()
      return false
    },
    setPrototypeOf: () => {
      note()
      return false
    },
    preventExtensions: () => {
      note()
      return false
    },
  })
  opaque.add(rest)
  const clock = Object.create(rest) as object
  const own = { writable: true, enumerable: true, configurable: true }
  defineProperty(clock, 'now', { ...own, value: performance.now.bind(performance) })
  defineProperty(clock, 'timeOrigin', { ...own, value: performance.timeOrigin })
  return clock
}

/** Objects that note even a look at them: they must not be looked into. */
export const opaque = new WeakSet<object>()
