/**
 * What all code of a thread shares: the global object, the built-in objects that it leads to, `process`, the environment. A program may change them, and who comes after it on this
 * thread would find them so.
 */
import { Buffer } from 'node:buffer'
import { Console } from 'node:console'
import process from 'node:process'

/** What no global's value leads to: something that inherits from it, or itself where the global has a getter. */
const HIDDEN: readonly unknown[] = [
  Buffer,
  Console,
  Object.getPrototypeOf(process.stdout),
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
]

/** Properties whose values are not compared: what process keeps of its listeners, which are, and globals that Node makes, with all their modules, when they are first looked at. */
const UNSEEN: ReadonlyMap<object, ReadonlySet<PropertyKey>> = new Map<object, ReadonlySet<PropertyKey>>([
  [process, new Set(['_events', '_eventsCount'])],
  [
    globalThis,
    new Set([
      ...['CloseEvent', 'ErrorEvent', 'EventSource', 'FormData', 'Headers', 'MessageEvent', 'Request', 'Response'],
      ...['WebSocket', 'caches', 'Storage', 'localStorage', 'sessionStorage'],
    ]),
  ],
])

export class Realm {
  readonly #objects = new Map<object, readonly unknown[]>()
  readonly #surroundings = surroundings()

  /** As it is now: to be made before a program has run on this thread. */
  constructor() {
    for (const root of HIDDEN) this.#add(root)
    this.#add(process)
    this.#add(globalThis)
    for (const value of this.#objects.get(globalThis) ?? []) this.#add(value)
  }

  /** Adds a module of Node's: its functions, and its classes. */
  include(module: object): void {
    // An import looks at each of them, and those that Node makes when they are first looked at are others from then on.
    for (const key of Object.keys(module)) Reflect.get(module, key)
    this.#add(module)
    for (const value of this.#objects.get(module) ?? []) this.#add(value)
  }

  get isAsItWas(): boolean {
    for (const [object, before] of this.#objects) {
      const now = contentOf(object)
      if (now.length !== before.length || now.some((value, index) => !Object.is(value, before[index]))) return false
    }
    return surroundings() === this.#surroundings
  }

  /** An object with all that it inherits from; of a class, its prototype too. */
  #add(value: unknown): void {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || this.#objects.has(value)) return
    this.#objects.set(value, contentOf(value))
    this.#add(Object.getPrototypeOf(value))
    if (typeof value === 'function') this.#add(Object.getOwnPropertyDescriptor(value, 'prototype')?.value)
  }
}

/** Keys with what they lead to, and the prototype. No getter is called. */
function contentOf(object: object): unknown[] {
  const content: unknown[] = [Object.getPrototypeOf(object)]
  for (const key of Reflect.ownKeys(object)) {
    content.push(key)
    if (UNSEEN.get(object)?.has(key)) continue
    const { value, get, set } = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor
    content.push(value, get, set)
  }
  return object === process
    ? [...content, ...process.eventNames().flatMap(name => process.rawListeners(name))]
    : content
}

function surroundings(): string {
  return JSON.stringify([process.env, process.exitCode])
}
