/** What the goroutines of a run share: its globals, and the program that it carries out. Each P makes them anew, in the same order. */
import { chan, f64, global, i32, mutex, ref, bytes as text } from 'sawtooth'
import { MOST_MAILBOXES, SHARED_CELLS, type SoakProgram } from '../grammar.ts'
import { Crate } from './shapes.ts'

export const Crates = chan(ref(Crate))
const Mailboxes = ref(Crates)

export const OWN_GLOBALS = 96

/** The program as it was given to main, for the other Ps. */
export const source = global(ref(text))
export const mailboxes = global(Mailboxes, MOST_MAILBOXES)
/** Globals that goroutines own, a few each; and those they share, each with a mutex. */
export const owned = global(ref, OWN_GLOBALS)
export const shared = global(ref(Crate), SHARED_CELLS)
export const locks = global(ref(mutex), SHARED_CELLS)
/** Under its mutex: globals owned so far, and the totals. */
export const registry = global(ref(mutex))
export const ownedSoFar = global(i32)
export const totals = global(f64, 5)
export const [GOROUTINES, OBJECTS, OPERATIONS, REFUSED, CENSUSES] = [0, 1, 2, 3, 4]
/** What `leak` hides from the model. */
export const leaked = global(ref)

let program: SoakProgram | null = null

/** The program, which each P reads once. */
export function programOf(): SoakProgram {
  return (program ??= JSON.parse(text.text(source.get())) as SoakProgram)
}
