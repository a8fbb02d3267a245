/**
 * What is explored: one protocol among a few Ps, small enough that all of its schedules can be
 * tried. One protocol, one file.
 */
import type { Controller } from '../../gc/controller.ts'
import type { BarrierKind } from '../../gc/mark/barrier.ts'
import type { MarkKind } from '../../gc/mark/marker.ts'
import type { StackScans } from '../../gc/mark/roots.ts'
import type { TerminationName } from '../../gc/termination/policy.ts'
import type { Heap } from '../../heap/heap.ts'
import type { Memory } from '../../memory/memory.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import type { P } from '../../scheduler/p.ts'

/**
 * How many words a protocol has to note what happened. Only the P that has the turn writes them, so
 * plain stores are enough.
 */
export const NOTES = 256

/** The memory of a schedule and its notes. Each thread has its own views of them. */
export interface Ground {
  readonly memory: Memory
  readonly heap: Heap
  /** NOTES words, 0 when a schedule begins. */
  readonly notes: Int32Array
}

export interface Configuration {
  readonly procs: number
  readonly bound: number
  /** A smaller bound, for `--quick`: some hundred schedules. */
  readonly quick: number
}

interface Described {
  readonly name: string
  /** What the Ps do, and what must hold in every order: one line. */
  readonly what: string
  /** Each number of Ps, with the largest bound whose schedules take a few minutes in all. */
  readonly configurations: readonly Configuration[]
  /** The termination policy. @defaultValue 'coordinator' */
  readonly termination?: TerminationName
  /** How a store reads what it overwrites. @defaultValue 'plain' */
  readonly barrier?: BarrierKind
  /** How an object is marked. @defaultValue 'plain' */
  readonly marks?: MarkKind
  /** Which P scans the stack of a goroutine that runs. @defaultValue 'owner' */
  readonly stackScans?: StackScans
  /** Called by the controlling thread before the Ps begin, with a P 0 of its own. */
  readonly setUp?: (ground: Ground, p: P, controller: Controller) => void
  /** Called when all Ps have left the schedule. Returns what is wrong, or null. */
  readonly verify: (ground: Ground) => string | null
}

/** A protocol of parts: each P carries out `body`, and nothing else runs. */
export interface PartsProtocol extends Described {
  readonly body: (ground: Ground, p: P) => void
}

/** A protocol in a whole run: every P loads a program, as a module would declare it. */
export interface RunProtocol extends Described {
  /** Declares what the program needs and returns its main. */
  readonly program: (ground: Ground) => () => Coroutine
}

export type Protocol = PartsProtocol | RunProtocol
