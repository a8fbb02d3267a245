/**
 * The run that this thread serves, and the P that now runs goroutines on it. No other file holds
 * such state: all code below is handed its memory and neighbours.
 *
 *   serveRun   the program is imported, the event loop turns   what it declares goes to `served`
 *   enterRun   goroutines run, the event loop stands still     what they do goes to `run`, `p`, …
 *   leaveRun   both are over
 *
 * The functions of a program act on whatever run the thread serves. `leave` or `gc`, called by code
 * of an earlier run, would act on this one. No such code runs:
 *
 * 1. The event loop stands still from enterRun to leaveRun. So nothing is called that this run's
 *    own code does not call.
 * 2. This run's code leads to code of an earlier run only through something that both runs share.
 *    Of what a program can reach of that, some is compared with what it was before any program
 *    (realm.ts), some has its use noted (touched.ts), and some is imported, which the host knows
 *    (program-files.ts). A thread on which any of them tells of a change ends with its run.
 * 3. The question is asked where no code of a program runs after it (thread-pool.ts).
 *
 * If the event loop calls earlier code after all, while a program is imported, that code reaches
 * the memory of its own run and no other:
 *
 * 4. It finds no P here.
 * 5. Its types, channels and globals (handles.ts) lead to their own run, whose buffers no other run
 *    has.
 * 6. Its declaring functions and built-in types are those of its own run (run-program.ts).
 */

import type { WriteBarrier } from '../../gc/mark/barrier.ts'
import type { ShadowStack } from '../../heap/shadow-stack.ts'
import type {
  HeapBytes,
  HeapDoubles,
  HeapUnsignedWords,
  HeapWords,
  MetaWord,
  MetaWords,
} from '../../memory/kinds.ts'
import * as pWords from '../../memory/words/p.ts'
import { Channels } from '../../scheduler/channel.ts'
import type { P } from '../../scheduler/p.ts'
import type { Declarations } from './declarations.ts'
import type { AnyTask } from './declared-task.ts'
import { Handles } from './handles.ts'

/**
 * A run, as one P sees it.
 *
 * Types hold it in a field. V8 then takes the views for constants, and an allocation costs half of
 * what it costs with the bindings below (1.7 against 3.5 ns, measured). The fields do not change
 * when the run ends: V8 would take those of all later runs for variables (15 %).
 */
export class Run {
  /** Its number among all runs of the process, from 1. */
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
  /** True if every access is verified. */
  readonly check: boolean
  readonly stack: ShadowStack
  readonly barrier: WriteBarrier
  readonly meta: MetaWords
  readonly heap: HeapWords
  readonly heapU32: HeapUnsignedWords
  readonly heapF64: HeapDoubles
  readonly heapU8: HeapBytes
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

/**
 * Stands for everything below while no goroutine runs. Any use of it throws an error that says so.
 */
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

/** Makes `opened` the run that this thread serves. */
export function serveRun(opened: Run): void {
  served = opened
}

/** Makes `entered` the run whose goroutines run on this thread. */
export function enterRun(entered: Run): void {
  run = entered
  p = entered.p
  stack = entered.stack
  meta = entered.meta
  heap = entered.heap
}

/**
 * Forgets the run, and makes what its program holds of it useless, so that the run's memory can be
 * freed: Node keeps the program's modules for as long as the thread lives.
 */
export function leaveRun(): void {
  served?.handles.release()
  served = null
  run = p = stack = meta = heap = nobody
}

/**
 * Throws unless a goroutine runs. Module code and callbacks of the event loop are no goroutines,
 * and have no stack to keep references on.
 */
export function expectGoroutine(what: string): void {
  if (run === nobody || p.goroutine === 0) failOutside(what)
}

function failOutside(what: string): never {
  expectRun(what)
  throw new Error(
    `${what} at module level, or in a callback: objects and goroutines are made in main, or in a task`,
  )
}

/**
 * The run that this thread serves. Throws unless there is one: programs are run by `sawtooth run`,
 * or by `run` of sawtooth/host.
 */
export function expectRun(what: string): Run {
  if (served === null)
    throw new Error(
      `${what} needs a run: start this program with 'sawtooth run', or with run() of 'sawtooth/host'`,
    )
  return served
}
