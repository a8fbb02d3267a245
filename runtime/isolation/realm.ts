/**
 * What all code of a thread shares and can be compared: the objects of the language, what else a
 * program can reach, and all that they lead to. A program may change them, and a later program on
 * this thread would find them changed.
 *
 * Compared are each object's keys with their whole descriptors, its prototype, and whether it is
 * extensible. No getter is called. An object that keeps state behind getters or in closures must
 * not be reachable unless its use is noted (touched.ts).
 */
import { Console } from 'node:console'
import { inspect, parseArgs } from 'node:util'
import { LANGUAGE } from './language.ts'
import { opaque } from './touched.ts'

// Taken here because a program may replace any of these, and put it back.
const { getOwnPropertyDescriptor, getPrototypeOf, isExtensible, ownKeys, setPrototypeOf } = Reflect
const { is } = Object
const uncurried = <T, A extends unknown[], R>(method: (this: T, ...values: A) => R) =>
  Function.prototype.call.bind(method) as (self: T, ...values: A) => R
const has = uncurried(Set.prototype.has)
const add = uncurried(Set.prototype.add)
const wasSeen = uncurried(WeakSet.prototype.has)
const see = uncurried(WeakSet.prototype.add)
const isView = ArrayBuffer.isView

/** An array that no setter on Array.prototype can see. */
function bare<T>(): T[] {
  const array: T[] = []
  setPrototypeOf(array, null)
  return array
}

const WRITABLE = 1
const ENUMERABLE = 2
const CONFIGURABLE = 4
const IS_DATA = 8

function bitsOf({ writable, enumerable, configurable }: PropertyDescriptor): number {
  return (
    (writable === undefined ? 0 : IS_DATA | (writable ? WRITABLE : 0)) |
    (enumerable === true ? ENUMERABLE : 0) |
    (configurable === true ? CONFIGURABLE : 0)
  )
}

export class Realm {
  readonly #known = new Set<object>()
  /** Objects of runs whose classes are included. */
  readonly #seen = new WeakSet<object>()
  // By object: its prototype, whether it is extensible, and where its properties end.
  readonly #objects = bare<object>()
  readonly #prototypes = bare<object | null>()
  readonly #areExtensible = bare<boolean>()
  readonly #ends = bare<number>()
  // By property.
  readonly #keys = bare<PropertyKey>()
  readonly #bits = bare<number>()
  /** Its value, or its getter. */
  readonly #values = bare<unknown>()
  readonly #setters = bare<unknown>()

  /** The objects as they are now. To be made before a program has run on this thread. */
  constructor() {
    // Comes first: a property that a descriptor does not have is looked for in it.
    this.include(Object.prototype)
    // Node loads some globals when they are first read, and these may define others, such as a
    // symbol of undici's in Node 22. So all are read once before they are noted.
    for (const key of ownKeys(globalThis)) getOwnPropertyDescriptor(globalThis, key)
    this.#note(globalThis)
    for (const key of LANGUAGE) this.include(getOwnPropertyDescriptor(globalThis, key)?.value)
    for (const root of hidden()) this.include(root)
    this.include(getOwnPropertyDescriptor(globalThis, 'performance')?.value)
  }

  /** How many objects are compared. */
  get size(): number {
    return this.#objects.length
  }

  /**
   * Adds an object as it is now, with all that it leads to. No program may have been able to reach
   * it before.
   */
  include(root: unknown): void {
    const waiting = bare<unknown>()
    waiting[0] = root
    for (let count = 1; count > 0; ) {
      const value = waiting[--count]
      if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue
      if (has(this.#known, value) || wasSeen(opaque, value) || isView(value)) continue
      const from = this.#keys.length
      this.#note(value)
      waiting[count++] = this.#prototypes[this.#objects.length - 1]
      for (let at = from; at < this.#keys.length; at++) {
        waiting[count++] = this.#values[at]
        waiting[count++] = this.#setters[at]
      }
    }
  }

  /**
   * Adds the prototypes of an object, and of the objects that its properties lead to: the runtime's
   * classes. The objects themselves belong to their run, and are not kept.
   */
  includeClassesOf(root: object): void {
    const waiting = bare<unknown>()
    waiting[0] = root
    for (let count = 1; count > 0; ) {
      const value = waiting[--count]
      if (
        typeof value !== 'object' ||
        value === null ||
        wasSeen(this.#seen, value) ||
        isView(value)
      )
        continue
      see(this.#seen, value)
      this.include(getPrototypeOf(value))
      const keys = ownKeys(value)
      for (let at = 0; at < keys.length; at++) {
        const key = keys[at]
        if (key !== undefined) waiting[count++] = getOwnPropertyDescriptor(value, key)?.value
      }
    }
  }

  get isAsItWas(): boolean {
    for (let index = 0, from = 0; index < this.#objects.length; index++) {
      const object = this.#objects[index]
      const end = this.#ends[index]
      if (object === undefined || end === undefined) return false
      if (getPrototypeOf(object) !== this.#prototypes[index]) return false
      if (isExtensible(object) !== this.#areExtensible[index]) return false
      const keys = ownKeys(object)
      if (keys.length !== end - from) return false
      for (let at = from; at < end; at++) {
        const key = this.#keys[at]
        if (key === undefined || keys[at - from] !== key) return false
        if (!this.#isSame(object, key, at)) return false
      }
      from = end
    }
    return true
  }

  #isSame(object: object, key: PropertyKey, at: number): boolean {
    const now = getOwnPropertyDescriptor(object, key)
    if (now === undefined) return false
    const bits = bitsOf(now)
    if (bits !== this.#bits[at]) return false
    if ((bits & IS_DATA) !== 0) return is(now.value, this.#values[at])
    return now.get === this.#values[at] && now.set === this.#setters[at]
  }

  #note(object: object): void {
    add(this.#known, object)
    const at = this.#objects.length
    this.#objects[at] = object
    this.#prototypes[at] = getPrototypeOf(object)
    this.#areExtensible[at] = isExtensible(object)
    const keys = ownKeys(object)
    let end = this.#keys.length
    for (let index = 0; index < keys.length; index++, end++) {
      const key = keys[index] as PropertyKey
      const now = getOwnPropertyDescriptor(object, key) as PropertyDescriptor
      const bits = bitsOf(now)
      this.#keys[end] = key
      this.#bits[end] = bits
      this.#values[end] = (bits & IS_DATA) !== 0 ? now.value : now.get
      this.#setters[end] = now.set
    }
    this.#ends[at] = end
  }
}

/** What no global leads to, and a program can reach. */
function hidden(): unknown[] {
  const found: unknown[] = [
    [][Symbol.iterator](),
    new Map().entries(),
    new Set().values(),
    ''[Symbol.iterator](),
    ''.matchAll(/a/g),
    function* () {},
    (function* () {})(),
    async () => {},
    async function* () {},
    (async function* () {})(),
    // Only in engines that have them.
    ...['map', 'values'].map(name => madeBy([].values(), name)),
    madeBy(getOwnPropertyDescriptor(globalThis, 'Iterator')?.value, 'from', { next: () => {} }),
    callSite(),
  ]
  // An object with its own way of being printed is given functions of Node's when it is printed.
  for (const colors of [true, false]) {
    const shows = { [inspect.custom]: (...given: unknown[]) => found.push(...given) }
    inspect(shows, { colors })
    found.push((found.at(-2) as { stylize: unknown }).stylize)
  }
  found.push(inspect, inspect.defaultOptions, Console, parseArgs)
  // Node's errors have classes of their own, one for each code.
  const options = { text: { type: 'string' } } as const
  for (const act of [
    () => new Console(sink()).table([], 1 as never),
    () => parseArgs({ args: ['left'] }),
    () => parseArgs({ args: ['--left'] }),
    () => parseArgs({ args: ['--text'], options }),
    () => parseArgs({ args: [], options: { text: { type: 'left' as never } } }),
    () => parseArgs({ args: [], options: { text: { type: 'string', short: 'left' } } }),
  ]) {
    try {
      act()
    } catch (error) {
      found.push(Object.getPrototypeOf(error))
    }
  }
  // Of most of them only the prototypes are shared; the rest was made here.
  return found
}

function madeBy(maker: unknown, name: string, ...given: unknown[]): unknown {
  const method = (maker as Record<string, unknown> | undefined)?.[name]
  return typeof method === 'function'
    ? method.call(maker, ...(name === 'map' ? [() => {}] : given))
    : undefined
}

/** A call site, as Error.prepareStackTrace is given it. */
function callSite(): unknown {
  const { prepareStackTrace } = Error
  try {
    Error.prepareStackTrace = (_, sites) => sites[0]
    return new Error().stack
  } finally {
    if (prepareStackTrace === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace')
    else Error.prepareStackTrace = prepareStackTrace
  }
}

function sink(): NodeJS.WritableStream {
  return { write: () => true, on: () => {}, once: () => {}, removeListener: () => {} } as never
}
