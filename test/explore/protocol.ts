/** What is explored: one protocol among a few Ps, small enough for all of its schedules. One protocol, one file. */
import type { Controller } from '../../gc/controller.ts'
import type { TerminationName } from '../../gc/termination/policy.ts'
import type { Heap } from '../../heap/heap.ts'
import type { Memory } from '../../memory/memory.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import type { P } from '../../scheduler/p.ts'

/** Words that a protocol notes down what happened in. Written by the P that has the turn, plainly. */
export const NOTES = 256

/** The memory of a schedule, and what was noted. On each thread, views of its own. */
export interface Ground {
  readonly memory: Memory
  readonly heap: Heap
  /** NOTES words, 0 when a schedule begins. */
  readonly notes: Int32Array
}

export interface Configuration {
  readonly procs: number
  readonly bound: number
  /** A smaller bound, for some hundred schedules. */
  readonly quick: number
}

interface Described {
  readonly name: string
  /** What the Ps do, and what must hold in every order: one line. */
  readonly what: string
  /** Numbers of Ps, each with the preemptive switches that can all be tried within some minutes. */
  readonly configurations: readonly Configuration[]
  /** What ends the mark. @defaultValue 'coordinator' */
  readonly termination?: TerminationName
  /** Called by the controlling thread before the Ps are there, with a P 0 of its own. */
  readonly setUp?: (ground: Ground, p: P, controller: Controller) => void
  /** After all Ps have parted: what is wrong, or null. */
  readonly verify: (ground: Ground) => string | null
}

/** A protocol of parts: each P does its own, and nothing else runs. */
export interface PartsProtocol extends Described {
  readonly body: (ground: Ground, p: P) => void
}

/** A protocol in a whole run: a program, as a module would declare it, on every P. */
export interface RunProtocol extends Described {
  /** Declares what the program needs and returns its main. */
  readonly program: (ground: Ground) => () => Coroutine
}

export type Protocol = PartsProtocol | RunProtocol
