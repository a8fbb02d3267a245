/**
 * What a program leaves on its thread: what can call it back when its run is over, and what it has changed that others would see.
 *
 * A thread with leftovers is ended with the run. No other run's heap depends on that (current.ts); but a callback may print, take the thread's time or throw, and a changed
 * global makes another language of it for the next program. Whatever is unclear counts as left: a thread too many is started, and no more.
 */
import { createHook } from 'node:async_hooks'
import { createRequire } from 'node:module'
import process from 'node:process'
import { setImmediate } from 'node:timers'
import { Realm } from './realm.ts'

/** Promises and microtasks: they are over before the thread takes its next message, or wait for something that is none of them. */
const PASSING: ReadonlySet<string> = new Set(['PROMISE', 'TickObject', 'Microtask'])
/** What the loader does to read modules, and modules do to read their data. Those that are under way are among the active resources. */
const OF_LOADING: ReadonlySet<string> = new Set(['FSREQPROMISE', 'FSREQCALLBACK', 'FILEHANDLE', 'FILEHANDLECLOSEREQ'])

const require = createRequire(import.meta.url)

let watched: 'modules' | 'goroutines' | null = null
let isMarked = false
let activeBefore: readonly string[] = []

createHook({
  init(_, type) {
    if (watched === null || PASSING.has(type) || (watched === 'modules' && OF_LOADING.has(type))) return
    isMarked = true
  },
}).enable()

// Their callbacks have no resource that a hook is told of, so their use is enough.
mark(FinalizationRegistry.prototype, 'register')
mark(PerformanceObserver.prototype, 'observe')
mark(process, 'getBuiltinModule')
for (const [namespace, pattern] of [
  ['WebAssembly', /^(compile|instantiate)/] as const,
  ['Atomics', /Async$/] as const,
]) {
  const owner: unknown = Reflect.get(globalThis, namespace)
  if (typeof owner !== 'object' || owner === null) continue // Node was told to be without it
  for (const name of Object.getOwnPropertyNames(owner)) if (pattern.test(name)) mark(owner, name)
}

function mark(owner: object, name: string): void {
  const original: unknown = Reflect.get(owner, name)
  if (typeof original !== 'function') return // not in this version of Node
  const value = function (this: unknown, ...values: unknown[]): unknown {
    isMarked = true
    return Reflect.apply(original, this, values)
  }
  Object.defineProperty(owner, name, { value, writable: true, configurable: true })
}

let realm: Realm | null = null

/** A program is about to be imported. `builtins`: the modules of Node's that it will find. */
export function watchModules(builtins: readonly string[]): void {
  realm ??= new Realm()
  for (const name of builtins) realm.include(require(name) as object)
  activeBefore = process.getActiveResourcesInfo()
  watched = 'modules'
}

/** Its goroutines are about to run: nothing that they start is over before the run is. */
export function watchGoroutines(): void {
  watched = 'goroutines'
}

/** Lets the event loop turn once, after the run: all microtasks run, and what they start is noticed. */
export async function settle(): Promise<void> {
  await new Promise(resolve => {
    watched = null
    setImmediate(resolve)
    watched = 'goroutines'
  })
  watched = null
  performance.clearMarks()
  performance.clearMeasures()
}

/** Whether the program has left anything. */
export function hasLeftovers(): boolean {
  const before = [...activeBefore]
  const isNew = (kind: string): boolean => {
    const at = before.indexOf(kind)
    if (at >= 0) before.splice(at, 1)
    return at < 0
  }
  return isMarked || process.getActiveResourcesInfo().some(isNew) || realm?.isAsItWas === false
}
