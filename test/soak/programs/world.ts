/**
 * What the goroutines of a run share: its globals, and the program that it carries out. Each P
 * makes them anew, in the same order.
 */
import { chan, f64, global, i32, mutex, ref, bytes as text } from 'sawtooth'
import { GUARDS, MOST_MAILBOXES, SHARED_CELLS, type SoakProgram } from '../grammar.ts'
import type { Totals } from '../totals.ts'
import { Crate } from './shapes.ts'

export const Crates = chan(ref(Crate))
const Mailboxes = ref(Crates)

export const OWN_GLOBALS = 96

/** The program as it was given to main, for the other Ps. */
export const source = global(ref(text))
export const mailboxes = global(Mailboxes, MOST_MAILBOXES)
/** The globals that goroutines own, a few each, and those that they share, each with a mutex. */
export const owned = global(ref, OWN_GLOBALS)
export const shared = global(ref(Crate), SHARED_CELLS)
export const locks = global(ref(mutex), SHARED_CELLS)
/** The mutexes that attempts hold. */
export const guards = global(ref(mutex), GUARDS)
/** Under its mutex: how many globals are owned so far, and the totals. */
export const registry = global(ref(mutex))
export const ownedSoFar = global(i32)
export const totals = global(f64, 16)
/** The totals, in the order of ../totals.ts. */
export const TOTALS = [
  ...(['goroutines', 'objects', 'operations', 'refused', 'censuses', 'caught'] as const),
  ...(['overflowed', 'changes', 'left', 'printedOut', 'printedErr'] as const),
] as const satisfies readonly (keyof Totals)[]
/** What `leak` hides from the model. */
export const leaked = global(ref)

/** A program, and what it must know about its run. */
export interface Given extends SoakProgram {
  readonly isChecked: boolean
}

let program: Given | null = null

/** The program, which each P reads once. */
export function programOf(): Given {
  program ??= JSON.parse(text.text(source.get())) as Given
  return program
}
