/**
 * All schedules of a protocol with at most so many preemptive switches (Musuvathi and Qadeer's context bounding, PLDI 2007): most bugs of interleaving need
 * two.
 *
 *   a schedule is the default (runtime/options/schedule.ts) but for some switches. After each one that was carried out, every choice that came after its last
 *   switch is looked at: each other P that could have gone on there is a schedule to be tried, if it costs no more than the bound.
 *   A switch away from a P that could go on costs one; where the P had to wait anyway, it costs nothing
 *
 * So each schedule is carried out exactly once. It is begun anew each time: nothing is stored but switches.
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
  /** Schedules carried out; true if these are all within the bound. */
  readonly schedules: number
  readonly complete: boolean
  /** Preemptive switches allowed. */
  readonly bound: number
  /** Most choices in one schedule. */
  readonly mostChoices: number
  readonly failure: Failure | null
}

export interface ExploreOptions {
  readonly bound: number
  /** When to give up, in ms of performance.now(). @defaultValue never */
  readonly until?: number
  /** Called after each schedule. */
  readonly onSchedule?: (schedules: number, left: number) => void
}

/** To be tried: switches, what they cost, and where the last of them is among the choices. */
interface Candidate {
  readonly order: Order
  readonly cost: number
  readonly last: number
}

/** Explores until all is explored, something goes wrong, or the time is over. `play` carries out one schedule. */
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

/** A schedule that does not do what the one before it did up to their last switch would make the count of schedules worthless. */
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
