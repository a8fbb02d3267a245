/**
 * Chooses the cases of a sweep: the product of the lists that were asked for, or three policies
 * that tell most.
 */
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { MiB } from '../units.ts'
import { BASELINE, type Policy } from './policy.ts'
import type { CaseParameters } from './results.ts'

/**
 * The policies of a sweep to which no list of policies is given: Go's protocol, the same with
 * capped credit, and ours.
 */
export const DEFAULT_POLICIES: readonly Policy[] = [
  BASELINE,
  { termination: 'coordinator', gate: 'off', credit: 'capped' },
  { termination: 'helping', gate: 'goal', credit: 'go' },
]

/** The two causes that golang/go#52433 names, each as a fault, and a third of ours. */
export const CAUSES = {
  /** The terminator vanishes: it comes late out of the ragged barrier in which it sleeps. */
  vanish: 'mark-termination/after-barrier:stall=3ms',
  /**
   * A worker whose attempt did not end the mark, or that left it to another, returns to its pool
   * late.
   */
  park: 'mark-worker/parked:stall=3ms',
  /** A worker is out of work, and still counts as one that drains. So nobody can end the mark. */
  drained: 'dedicated-worker/park:stall=3ms',
} as const
export type Cause = keyof typeof CAUSES

export type StackScans = NonNullable<CaseParameters['stackScans']>

/** Lists of the command line; null if not given. */
export interface CaseLists {
  readonly goal: readonly number[]
  readonly procs: readonly number[]
  readonly noise: readonly number[]
  readonly instances: readonly number[]
  readonly wait: readonly CaseParameters['wait'][]
  readonly termination: readonly CaseParameters['termination'][] | null
  readonly gate: readonly CaseParameters['gate'][] | null
  readonly credit: readonly CaseParameters['credit'][] | null
  readonly stackScans: readonly StackScans[]
  /** The values of `--fault`. All of them go into one case. */
  readonly faults: readonly string[]
  readonly causes: readonly Cause[]
  readonly withGo: boolean
}

/**
 * The cases in the order in which they are shown. Throws a UsageError if both faults and causes are
 * given.
 */
export function casesOf(lists: CaseLists): CaseParameters[] {
  const injections = injectionsOf(lists)
  const cases: CaseParameters[] = []
  for (const goal of lists.goal)
    for (const procs of lists.procs)
      for (const beside of besideOf(lists)) {
        for (const injected of injections)
          for (const policy of policiesOf(lists))
            for (const scans of lists.stackScans)
              for (const wait of waitsOf(policy, lists.wait))
                cases.push({
                  ...{ runtime: 'sawtooth', ...policy, wait, procs, goal, ...beside, injected },
                  ...(scans === 'owner' ? {} : { stackScans: scans }),
                })
        if (lists.withGo) cases.push({ ...GO, procs, goal, ...beside })
      }
  return cases
}

/**
 * The cases of a quick sweep on a machine of that many cores. Where each P has a core of its own,
 * the system hardly ever takes one off, and natural delays show nothing. There each case of ours is
 * also run with the first cause injected.
 */
export function quickCases(cases: readonly CaseParameters[], cores: number): CaseParameters[] {
  const injected = cases
    .filter(one => one.runtime === 'sawtooth' && !isDelayed(one, cores) && one.procs > 1)
    .map(one => ({ ...one, injected: CAUSES.vanish }))
  return [...cases, ...injected]
}

/** What keeps the machine busy beside the measured run. */
function besideOf({ noise, instances }: CaseLists): Pick<CaseParameters, 'noise' | 'instances'>[] {
  return noise.flatMap(threads =>
    instances.map(count => ({ noise: threads, ...(count === 1 ? {} : { instances: count }) })),
  )
}

/**
 * Whether some P of the case must be held up: by what is injected, or since there are more threads
 * than cores.
 */
export function isDelayed(
  { injected, procs, noise, instances = 1 }: CaseParameters,
  cores: number,
): boolean {
  return injected !== null || procs * instances + noise > cores
}

/** Go's own protocol, in the words for ours. */
const GO = {
  runtime: 'go',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
  wait: 'sleep',
  injected: null,
} as const

function policiesOf({ termination, gate, credit }: CaseLists): readonly Policy[] {
  if (termination === null && gate === null && credit === null) return DEFAULT_POLICIES
  return (termination ?? ['coordinator']).flatMap(name =>
    (gate ?? ['off']).flatMap(limit =>
      (credit ?? ['go']).map(each => ({ termination: name, gate: limit, credit: each }) as const),
    ),
  )
}

/** `helping` has no ragged barrier, so no way to wait: one case stands for all of them. */
function waitsOf(
  { termination }: Policy,
  waits: readonly CaseParameters['wait'][],
): readonly CaseParameters['wait'][] {
  return termination === 'helping' ? waits.slice(0, 1) : waits
}

function injectionsOf({ faults, causes }: CaseLists): readonly (string | null)[] {
  if (faults.length > 0 && causes.length > 0)
    throw new UsageError('--cause is a --fault that has a name: give one or the other')
  if (causes.length > 0) return causes.map(cause => CAUSES[cause])
  return [faults.length === 0 ? null : faults.join(' ')]
}

/** A case in words, `helping, gate goal, 4 P, goal 4 MiB`, without what is the default. */
export function nameOf({
  runtime,
  termination,
  gate,
  credit,
  wait,
  stackScans = 'owner',
  procs,
  goal,
  noise,
  instances = 1,
  injected,
}: CaseParameters): string {
  const parts = [runtime === 'go' ? 'Go' : termination]
  if (gate !== 'off') parts.push(`gate ${gate}`)
  if (credit !== 'go') parts.push(`credit ${credit}`)
  if (wait !== 'sleep') parts.push(`wait ${wait}`)
  if (stackScans !== 'owner') parts.push(`stacks by ${stackScans}`)
  parts.push(`${procs} P`, `goal ${goal / MiB} MiB`)
  if (noise > 0) parts.push(`${noise} busy`)
  if (instances > 1) parts.push(`${instances} instances`)
  if (injected !== null) parts.push(injected)
  return parts.join(', ')
}
