/**
 * What a program leaves on its thread: what can call it back when its run is over, and what it has
 * changed that later programs would see. A thread with leftovers is ended with the run. Anything
 * unclear counts as left: it costs a new thread and nothing else.
 *
 *   modules of Node's, packages   the host knows of them (program-files.ts)
 *   globals of Node's             noted when they are used (touched.ts)
 *   objects of the language       compared (realm.ts)
 *   callbacks                     what makes them is a global or a module; the hook is a second net
 */
import { createHook } from 'node:async_hooks'
import process from 'node:process'
import { setImmediate } from 'node:timers'
import type { Run } from '../program/current.ts'
import { Realm } from './realm.ts'
import { sharedObjects } from './shared-objects.ts'
import { forgetTouches, isTouched, noteTouches } from './touched.ts'

/**
 * Promises and microtasks. They are over before the thread takes its next message, or they wait for
 * something else.
 */
const PASSING: ReadonlySet<string> = new Set(['PROMISE', 'TickObject', 'Microtask'])
/**
 * What the loader uses to read modules. What is still under way is found among the active
 * resources.
 */
const OF_LOADING: ReadonlySet<string> = new Set([
  'FSREQPROMISE',
  'FSREQCALLBACK',
  'FILEHANDLE',
  'FILEHANDLECLOSEREQ',
])

const { exec } = RegExp.prototype
const { apply } = Reflect

let watched: 'modules' | 'goroutines' | null = null
let isMarked = false
let activeBefore: readonly string[] = []

createHook({
  init(_, type) {
    if (watched === null || PASSING.has(type) || (watched === 'modules' && OF_LOADING.has(type)))
      return
    isMarked = true
  },
}).enable()

noteTouches()

let realm: Realm | null = null

/** Modules of a run are about to be imported. */
export function watchModules(): void {
  realm ??= realmOfThread()
  forgetTouches()
  activeBefore = process.getActiveResourcesInfo()
  watched = 'modules'
}

function realmOfThread(): Realm {
  const made = new Realm()
  for (const object of sharedObjects) made.include(object)
  return made
}

/**
 * A program is about to be imported. It may reach the run's objects, and through them their
 * classes: by an operation, whose P leads to all of them, or by a type.
 */
export function watchClassesOf(run: Run): void {
  realm?.includeClassesOf(run)
  run.handles.onMade = properties => realm?.includeClassesOf(properties)
}

/** The run's goroutines are about to run: nothing that they start ends before the run does. */
export function watchGoroutines(): void {
  watched = 'goroutines'
}

/**
 * Lets the event loop turn once after the run: all microtasks run, and what they start is noticed.
 */
export async function settle(): Promise<void> {
  await new Promise(resolve => {
    watched = null
    setImmediate(resolve)
    watched = 'goroutines'
  })
  watched = null
}

/**
 * Whether the program has left anything. Ask where no code of a program runs between the answer and
 * its use.
 */
export function hasLeftovers(): boolean {
  watched = null
  // Clears what the language remembers of the last match: RegExp.$1 and its kin.
  apply(exec, FORGETS, [''])
  // The objects come first: the rest is asked with their help.
  if (isMarked || isTouched() || realm?.isAsItWas !== true) return true
  const before = [...activeBefore]
  return process.getActiveResourcesInfo().some(kind => {
    const at = before.indexOf(kind)
    if (at >= 0) before.splice(at, 1)
    return at < 0
  })
}
const FORGETS = /(?:)/
