/**
 * The scenarios that are searched: a steady program that may change in up to five ways. Each way is
 * a number or two, which has a neutral value. Shrinking goes towards that, and so removes what is
 * not needed.
 */
import fc from 'fast-check'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { KiB, MiB } from '../../units.ts'
import type { Scenario } from '../scenario.ts'

/** Cycles of each scenario. Nothing happens before the pacer has had time to learn. */
export const CYCLES = 48
export const SETTLED = 16
const SCAN_RATE = 1024

/** Whole numbers, since these shrink best. Each says what it stands for. */
export interface Member {
  readonly gogc: number
  /** KiB allocated for each CPU-millisecond; a worker scans 1024. */
  readonly alloc: number
  /** The factor of the rate in every `burstEvery`th cycle. 1: never. */
  readonly burst: number
  readonly burstEvery: number
  /** The live heap is multiplied by 1 + growth/8 in cycle `growthAt`. 0: it stays. */
  readonly growth: number
  readonly growthAt: number
  /** Eighths of the heap that have pointers, and eighths from the middle on. 8 and 8: all. */
  readonly pointers: number
  readonly pointersLater: number
  /** MiB of stacks from the middle on. */
  readonly stacks: number
}

const BOUNDS: Readonly<
  Record<keyof Member, readonly [least: number, most: number, neutral: number]>
> = {
  gogc: [25, 800, 100],
  alloc: [8, 1024, 64],
  burst: [1, 32, 1],
  burstEvery: [2, 12, 8],
  growth: [0, 64, 0],
  growthAt: [SETTLED, CYCLES - 4, 24],
  pointers: [1, 8, 8],
  pointersLater: [1, 8, 8],
  stacks: [0, 256, 0],
}

/** Numbers around the neutral value, towards which they shrink. */
function around(least: number, most: number, neutral: number): fc.Arbitrary<number> {
  const away = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: most - neutral }),
    fc.integer({ min: 0, max: neutral - least }).map(
      distance => -distance,
      value => -(value as number),
    ),
  )
  return away.map(
    distance => neutral + distance,
    value => (value as number) - neutral,
  )
}

export const members: fc.Arbitrary<Member> = fc.record(
  Object.fromEntries(
    Object.entries(BOUNDS).map(([name, bounds]) => [
      name,
      around(...(bounds as [number, number, number])),
    ]),
  ) as unknown as { [Key in keyof Member]: fc.Arbitrary<number> },
)

/** The numbers of a member that are not neutral. */
export function tellingOf(member: Member): Partial<Member> {
  const told = Object.entries(member).filter(
    ([name, value]) => value !== BOUNDS[name as keyof Member][2],
  )
  return Object.fromEntries(told)
}

/** The member whose numbers are given, the others neutral. Throws a UsageError. */
export function memberOf(given: Readonly<Record<string, number>>): Member {
  const member = Object.fromEntries(
    Object.entries(BOUNDS).map(([name, [, , neutral]]) => [name, neutral]),
  )
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(BOUNDS, name))
      throw new UsageError(`there is no number ${name}: ${Object.keys(BOUNDS).join(', ')}`)
    member[name] = value
  }
  return member as unknown as Member
}

/** The member as a scenario in the form of the stepped engine. */
export function scenarioOf(member: Member, cores: number): Scenario {
  const { gogc, alloc, burst, burstEvery, growth, growthAt, pointers, pointersLater, stacks } =
    member
  const middle = (SETTLED + CYCLES) / 2
  const column = (of: (cycle: number) => number): Float64Array =>
    Float64Array.from({ length: CYCLES }, (_, i) => of(i))
  const buildUp = (cycle: number): number => 2 - Math.min(cycle, 8) / 8
  return {
    origin: `search/${Object.entries(tellingOf(member))
      .map(([name, value]) => `${name}=${value}`)
      .join(',')}`,
    header: {
      engine: 'stepped',
      global: {
        ...{
          gogc,
          memory_limit: null,
          cores,
          globals_bytes: 32 * KiB,
          initial_heap_bytes: 512 * KiB,
        },
      },
    },
    columns: [
      column(cycle => (cycle >= SETTLED && cycle % burstEvery === 0 ? alloc * burst : alloc)),
      column(() => SCAN_RATE),
      column(cycle => (cycle === growthAt ? 1 + growth / 8 : buildUp(cycle))),
      column(cycle => (cycle < middle ? pointers : pointersLater) / 8),
      column(cycle => (cycle < middle ? 8 * KiB : Math.max(stacks * MiB, 8 * KiB))),
      column(() => gogc),
      column(() => 0),
      column(() => 0),
    ],
    cycles: CYCLES,
  }
}
