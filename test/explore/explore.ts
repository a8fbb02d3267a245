/**
 * All schedules of a protocol with at most `bound` preemptive switches (Musuvathi and Qadeer's
 * context bounding, PLDI 2007). Most bugs of interleaving need two.
 *
 * 1. A schedule is the default (memory/controlled/strategy.ts) with a list of switches. The search
 *    begins with the empty list.
 * 2. A switch away from a P that could go on is preemptive, and costs one. A switch away from a P
 *    that must wait costs nothing.
 * 3. After a schedule was carried out, the search looks at each choice behind the schedule's last
 *    switch. Each other P that could have gone on there gives a schedule to be tried: the same
 *    switches and this one. It is left out if it costs more than the bound.
 *
 * A schedule is reached only from the one without its last switch. So each is carried out once.
 * Each begins anew: only switches are stored.
 */

import type { Choice } from '../../memory/controlled/schedule.ts'
import type { Order, Switch } from '../../memory/controlled/strategy.ts'
import type { Outcome } from './stage.ts'

/** A schedule that went wrong. */
export interface Failure {
  readonly order: Order
  readonly complaint: string
}

export interface Exploration {
  /** How many schedules were carried out. */
  readonly schedules: number
  /** True if these are all within the bound. */
  readonly complete: boolean
  /** Preemptive switches allowed. */
  readonly bound: number
  /** Most choices in one schedule. */
  readonly mostChoices: number
  readonly failure: Failure | null
}

export interface ExploreOptions {
  readonly bound: number
  /** When to give up: ms on the clock of performance.now(). @defaultValue never */
  readonly until?: number
  /** Called after each schedule. */
  readonly onSchedule?: (schedules: number, left: number) => void
}

/** A schedule to be tried: its switches, their cost, and the index of the last one's choice. */
interface Candidate {
  readonly order: Order
  readonly cost: number
  readonly last: number
}

/**
 * Explores until no schedule is left, one goes wrong, or the time is over. `play` carries out one
 * schedule.
 */
export function explore(play: (order: Order) => Outcome, options: ExploreOptions): Exploration {
  const { bound, until = Number.POSITIVE_INFINITY, onSchedule } = options
  const candidates: Candidate[] = [{ order: [], cost: 0, last: -1 }]
  let schedules = 0
  let mostChoices = 0
  for (let candidate = candidates.pop(); candidate !== undefined; candidate = candidates.pop()) {
    if (performance.now() > until)
      return { schedules, complete: false, bound, mostChoices, failure: null }
    const { complaint, choices } = play(candidate.order)
    schedules++
    mostChoices = Math.max(mostChoices, choices.length)
    const failure = complaint ?? deviation(candidate, choices)
    if (failure !== null) {
      return {
        schedules,
        complete: false,
        bound,
        mostChoices,
        failure: { order: candidate.order, complaint: failure },
      }
    }
    branch(candidate, choices, bound, candidates)
    onSchedule?.(schedules, candidates.length)
  }
  return { schedules, complete: true, bound, mostChoices, failure: null }
}

/**
 * What is wrong if the schedule did not come to its last switch, else null. In that case the
 * protocol did not repeat the schedule from which this one was made, and the search would miss
 * schedules.
 */
function deviation({ order, last }: Candidate, choices: readonly Choice[]): string | null {
  const wanted = order.at(-1)
  if (wanted === undefined) return null
  const found = choices[last]
  if (found !== undefined && found.me === wanted[0] && found.chosen === wanted[2]) return null
  return `the protocol is not determined by its schedule: choice ${last} is ${JSON.stringify(found)}, and the order says ${JSON.stringify(wanted)}`
}

/** Every way to go on differently after the candidate's last switch. */
function branch(
  candidate: Candidate,
  choices: readonly Choice[],
  bound: number,
  candidates: Candidate[],
): void {
  const turns: number[] = []
  for (const [index, { me, chosen, enabled }] of choices.entries()) {
    turns[me] = (turns[me] ?? 0) + 1
    if (index <= candidate.last) continue
    const price = (enabled >>> me) & 1
    if (candidate.cost + price > bound) continue
    for (let other = 0; enabled >>> other !== 0; other++) {
      if (other === chosen || ((enabled >>> other) & 1) === 0) continue
      const to: Switch = [me, turns[me], other]
      candidates.push({
        order: [...candidate.order, to],
        cost: candidate.cost + price,
        last: index,
      })
    }
  }
}
