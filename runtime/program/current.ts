/**
 * The run that this thread serves, and the P that runs goroutines on it now. The only such state; everything below is handed its memory and neighbours.
 *
 *   serveRun   the program is imported; the event loop turns   `served`: what the program declares, it declares here
 *   enterRun   goroutines run; the event loop stands still     `run`, `p`, `stack`, …: what a goroutine does, it does here
 *   leaveRun   both are over
 *
 * The functions of a program act on whatever run the thread serves: `leave` and `gc` called by code of an earlier run would act on this one. No such code runs:
 * 1. The event loop stands still from enterRun to leaveRun. So only what this run's own code calls is called.
 * 2. That leads to code of an earlier run only by something that both runs share. What a program can reach of that is
 *    compared with what it was before any program (realm.ts), or its use is noted (touched.ts), or it is imported, which
 *    the host knows (program-files.ts). A thread on which any of them tells of a change ends with its run.
 * 3. The answer is asked for where no code of a program comes after it (thread-pool.ts).
 *
 * Should the event loop call earlier code while a program is imported all the same, it reaches no memory but its own run's:
 * 4. It finds no P here.
 * 5. Its types, channels and globals (handles.ts) lead to their own run, whose buffers no other run has.
 * 6. Its declaring functions and built-in types are those of its own run (run-program.ts).
 */

import type { WriteBarrier } from '../../gc/mark/barrier.ts'
import type { ShadowStack } from '../../heap/shadow-stack.ts'
import type { HeapWords, MetaWord, MetaWords } from '../../memory/kinds.ts'
import * as pWords from '../../memory/words/p.ts'
import { Channels } from '../../scheduler/channel.ts'
import type { P } from '../../scheduler/p.ts'
import type { Declarations } from './declarations.ts'
import type { AnyTask } from './declared-task.ts'
import { Handles } from './handles.ts'

/**
 * A run, as one P sees it. Types hold it as a field: V8 then takes the views for constants, and an allocation costs half of what it does with the
 * bindings below (1.7 against 3.5 ns, measured). It stays as it is when the run ends: V8 would take the fields of all later ones for variables (15 %).
 */
export class Run {
  /** Of all runs of the process, from 1. */
  readonly number: number
  readonly p: P
  readonly channels: Channels
  readonly declarations: Declarations
  /** What the program holds of this run. */
  readonly handles = new Handles()
  /** Names of types by number. */
  readonly typeNames: Map<number, string> = new Map()
  /** Tasks by number. */
  readonly tasks: Map<number, AnyTask> = new Map()
  /** Verify every access. */
  readonly check: boolean
  readonly stack: ShadowStack
  readonly barrier: WriteBarrier
  readonly meta: MetaWords
  readonly heap: HeapWords
  readonly heapU32: Uint32Array
  readonly heapF64: Float64Array
  readonly heapU8: Uint8Array
  /** Indices of the P's poll word and of its first cache word. */
  readonly pollWord: MetaWord
  readonly cacheWord: MetaWord

  constructor(number: number, p: P, declarations: Declarations, check: boolean) {
    const { memory } = p
    this.number = number
    this.p = p
    this.channels = new Channels(p)
    this.declarations = declarations
    this.check = check
    this.stack = p.collector.stack
    this.barrier = p.collector.barrier
    this.meta = memory.meta
    this.heap = memory.heap
    this.heapU32 = memory.heapU32
    this.heapF64 = memory.heapF64
    this.heapU8 = memory.heapU8
    this.pollWord = memory.pWord(p.index, pWords.POLL)
    this.cacheWord = memory.pWord(p.index, pWords.CACHE)
  }
}

/** Stands for all below while no goroutine runs: whatever is asked of it is an error that says so. */
const nobody = new Proxy(
  {},
  { get: () => failOutside('a call'), set: () => failOutside('a call') },
) as never

export let served: Run | null = null
export let run: Run = nobody
export let p: P = nobody
export let stack: ShadowStack = nobody
export let meta: MetaWords = nobody
export let heap: HeapWords = nobody

/** Makes a run the one that this thread serves. */
export function serveRun(opened: Run): void {
  served = opened
}

/** Makes it the one whose goroutines run on this thread. */
export function enterRun(entered: Run): void {
  run = entered
  p = entered.p
  stack = entered.stack
  meta = entered.meta
  heap = entered.heap
}

/** Forgets it, and makes what its program holds of it useless, so that its memory can go: Node keeps the program's modules for as long as the thread lives. */
export function leaveRun(): void {
  served?.handles.release()
  served = null
  run = p = stack = meta = heap = nobody
}

/** Throws unless a goroutine runs: module code is no goroutine, and has no stack to keep references on. Nor has a callback of the event loop. */
export function expectGoroutine(what: string): void {
  if (run === nobody || p.goroutine === 0) failOutside(what)
}

function failOutside(what: string): never {
  expectRun(what)
  throw new Error(
    `${what} at module level, or in a callback: objects and goroutines are made in main, or in a task`,
  )
}

/** The run that this thread serves. Throws unless there is one: programs are run by `sawtooth run`, or by `run` of sawtooth/host. */
export function expectRun(what: string): Run {
  if (served === null)
    throw new Error(
      `${what} needs a run: start this program with 'sawtooth run', or with run() of 'sawtooth/host'`,
    )
  return served
}
