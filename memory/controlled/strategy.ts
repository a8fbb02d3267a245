/**
 * The order in which the Ps of a run go on, one at a time: only where Node was started with
 * `--conditions=controlled`. Plain data: it goes to threads, into records, and comes back from
 * files.
 *
 * The *default*: a P goes on until it must wait, or until it has taken 1000 turns in a row while
 * others could go on. Then the next P that can go on has the turn, counted upwards and around.
 *
 * An order says only where it differs from the default. So an order is as long as it is
 * interesting. If a switch is dropped from an order, the rest is an order too. That is how orders
 * are shrunk.
 */

/** At its own `turn`th turn, P `p` lets P `next` go on. */
export type Switch = readonly [p: number, turn: number, next: number]

/** Switches in the order in which they happened. */
export type Order = readonly Switch[]

/** What chooses the P that goes on. */
export type Strategy =
  /** At each turn any P that can go on, with equal probability. */
  | { readonly kind: 'random' }
  /**
   * Probabilistic concurrency testing (Burckhardt et al., ASPLOS 2010). Priorities are random. Of
   * the Ps that can go on, the one with the highest priority does. At `changes` random turns among
   * the first `turns`, the P that has the turn falls below all others. With n Ps and k turns this
   * finds a bug that needs d = changes + 1 ordering constraints with a probability of at least
   * 1/(n·k^(d−1)).
   */
  | { readonly kind: 'pct'; readonly changes: number; readonly turns: number }
  /**
   * The default, except for `switches` switches to the next P at random turns among the first
   * `turns`.
   */
  | { readonly kind: 'round-robin'; readonly switches: number; readonly turns: number }
  /** An order that was recorded before. */
  | { readonly kind: 'replay'; readonly order: Order }

/** What became of a schedule. */
export interface ScheduleReport {
  /** Turns taken by all Ps. */
  readonly turns: number
  /** How often the turn went to another P than the one before. */
  readonly switches: number
  /** Switches that differ from the default; null if there were too many to record. */
  readonly order: Order | null
}
