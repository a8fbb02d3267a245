/** Constants of programs that run again and again on threads that are kept. */

/**
 * How long cycles count as cold, in ms. Each P compiles a program's code for itself, and is slower
 * until it has (docs/overrun.md, limits of the figures).
 */
export const COLD_MS = 350
/** Runs after which threads and arena are made anew, since a thread never forgets a module. */
export const MOST_RUNS = 100
/** A run that is not over this long after its time hangs, in ms. */
export const PATIENCE_MS = 30_000
