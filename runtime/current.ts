/**
 * The P that this thread is, for the program that runs on it: set when a run starts, cleared when it ends. The only such state; everything
 * below is handed its memory and neighbours.
 */
import type { WriteBarrier } from '../gc/barrier.ts'
import type { ShadowStack } from '../gc/shadow-stack.ts'
import * as layout from '../heap/layout/p.ts'
import { Channels } from '../scheduler/channel.ts'
import type { P } from '../scheduler/p.ts'
import type { Declarations } from './declarations.ts'
import type { AnyTask } from './task.ts'

/**
 * A run, as one P sees it. Types hold it as a field: V8 then takes the views for constants, and an allocation costs half of what it does with the
 * bindings below (1.7 against 3.5 ns, measured).
 */
export class Run {
  readonly p: P
  readonly channels: Channels
  readonly declarations: Declarations
  /** Names of types by number. */
  readonly typeNames: Map<number, string> = new Map()
  /** Tasks by number. */
  readonly tasks: Map<number, AnyTask> = new Map()
  /** Verify every access. */
  readonly check: boolean
  readonly stack: ShadowStack
  readonly barrier: WriteBarrier
  readonly words: Int32Array
  readonly i32: Int32Array
  readonly u32: Uint32Array
  readonly f64: Float64Array
  readonly u8: Uint8Array
  /** Indices of the P's poll word and of its first cache word. */
  readonly pollWord: number
  readonly cacheWord: number

  constructor(p: P, declarations: Declarations, check: boolean) {
    const { memory } = p
    this.p = p
    this.channels = new Channels(p)
    this.declarations = declarations
    this.check = check
    this.stack = p.collector.stack
    this.barrier = p.collector.barrier
    this.words = memory.words
    this.i32 = memory.i32
    this.u32 = memory.u32
    this.f64 = memory.f64
    this.u8 = memory.u8
    this.pollWord = memory.p(p.index, layout.POLL)
    this.cacheWord = memory.p(p.index, layout.CACHE)
  }
}

export let run: Run
export let p: P
export let stack: ShadowStack
export let words: Int32Array
export let i32: Int32Array

/** Makes a run this thread's. */
export function enterRun(entered: Run): void {
  run = entered
  p = entered.p
  stack = entered.stack
  words = entered.words
  i32 = entered.i32
}

/** Forgets it, so that its memory can go. */
export function leaveRun(): void {
  run = p = stack = words = i32 = undefined as never
}

/** Throws unless a goroutine runs: module code is no goroutine, and has no stack to keep references on. */
export function expectGoroutine(what: string): void {
  expectRun(what)
  if (p.goroutine === 0)
    throw new Error(`${what} at module level: objects and goroutines are made in main, or in a task`)
}

/** Throws unless a run is on: programs are run by `sawtooth run`, or by `run` of sawtooth/host. */
export function expectRun(what: string): void {
  if (run === undefined)
    throw new Error(`${what} needs a run: start this program with 'sawtooth run', or with run() of 'sawtooth/host'`)
}
