/**
 * The P that this thread is, for the program that runs on it: set when a run starts, cleared when it ends. The only such state; everything
 * below is handed its memory and neighbours. The views are copies of the P's, one load nearer for the fast paths.
 */
import type { ShadowStack } from '../gc/shadow-stack.ts'
import type { Declarations } from '../heap/declarations.ts'
import * as layout from '../heap/layout/p.ts'
import type { Channels } from '../scheduler/channel.ts'
import type { P } from '../scheduler/p.ts'
import type { AnyTask } from './task.ts'

/** A run, as one P sees it. */
export interface Run {
  readonly p: P
  readonly channels: Channels
  readonly declarations: Declarations
  /** Names of types by number. */
  readonly typeNames: Map<number, string>
  /** Tasks by number. */
  readonly tasks: Map<number, AnyTask>
  /** Verify every access. */
  readonly check: boolean
}

export let run: Run
export let p: P
export let stack: ShadowStack
export let words: Int32Array
export let i32: Int32Array
export let u32: Uint32Array
export let f64: Float64Array
export let u8: Uint8Array
/** Indices of the P's poll word and of its first cache word. */
export let pollWord = 0
export let cacheWord = 0

/** Makes a run this thread's. */
export function enterRun(entered: Run): void {
  run = entered
  p = entered.p
  stack = p.collector.stack
  const { memory } = p
  words = memory.words
  i32 = memory.i32
  u32 = memory.u32
  f64 = memory.f64
  u8 = memory.u8
  pollWord = memory.p(p.index, layout.POLL)
  cacheWord = memory.p(p.index, layout.CACHE)
}

/** Forgets it, so that its memory can go. */
export function leaveRun(): void {
  run = p = stack = words = i32 = u32 = f64 = u8 = undefined as never
}

/** Throws unless a run is on: programs are run by `sawtooth run`, or by `run` of sawtooth/host. */
export function expectRun(what: string): void {
  if (run === undefined)
    throw new Error(`${what} needs a run: start this program with 'sawtooth run', or with run() of 'sawtooth/host'`)
}
