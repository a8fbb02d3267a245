/**
 * The configurations under which a soak runs its programs: a value for each dimension, drawn from a
 * seed. A dimension is an entry of the table below. Whatever can be switched in the runtime should
 * have one. Values are plain data: the tally counts them, failure files hold them, and the shrinker
 * takes them out one by one.
 */

import { scheduling } from '#sync'
import { entries as pacers } from '../../gc/pacer/registry.ts'
import { FAULT_POINTS } from '../../memory/fault-points.ts'
import { KiB, MiB } from '../../memory/units.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import type { RunFlags } from '../../runtime/options/configuration.ts'
import { parseFault } from '../../runtime/options/faults.ts'
import type { Random } from '../support/random.ts'
import type { Size } from './grammar.ts'
import { drawOutputs } from './outputs.ts'

/** Null stands for the runtime's default. */
export type Value = number | string | boolean | readonly string[] | null

/** A value for each dimension. */
export type Configuration = Readonly<Record<string, Value>>

interface Dimension {
  /** Draws a value. `drawn` holds the values of the dimensions before this one. */
  draw(random: Random, drawn: Configuration): Value
  /**
   * How the value is given to a run: by a flag, or by a key of GODEBUG. The default is the flag
   * with the dimension's name.
   */
  readonly debug?: string
  /** The value is no option of the run: only the soak reads it. */
  readonly isOurs?: boolean
}

/** The dimensions, in the order in which they are drawn. */
const DIMENSIONS: Readonly<Record<string, Dimension>> = {
  procs: { draw: random => random.between(1, 8) },
  gogc: { draw: random => random.pick([5, 10, 20, 50, 100, 200, 400, 'off']) },
  arena: { draw: random => random.pick([4, 8, 16, 32, 64]) * MiB },
  memoryLimit: { draw: drawMemoryLimit },
  limits: { isOurs: true, draw: random => (random.chance(0.3) ? 'environment' : null) },
  check: { draw: random => random.chance(0.3) || null },
  checkmark: { debug: 'gccheckmark', draw: random => (random.chance(0.3) ? 1 : null) },
  zeal: { draw: drawZeal },
  stopTheWorld: {
    debug: 'gcstoptheworld',
    draw: random => (random.chance(0.15) ? random.between(1, 2) : null),
  },
  periodic: {
    debug: 'forcegcperiod',
    draw: random => (random.chance(0.15) ? random.between(2, 50) : null),
  },
  pacer: { draw: random => (random.chance(0.5) ? drawPacer(random) : null) },
  fault: {
    draw: (random, { procs }) => (random.chance(0.5) ? drawFaults(random, Number(procs)) : null),
  },
  schedule: { draw: random => (scheduling === null ? null : drawSchedule(random)) },
  termination: { draw: random => random.pick([null, 'coordinator', 'assist-takes-over']) },
  gate: { draw: random => random.pick([null, 'off', 'off', 'hard']) },
  credit: { draw: random => (random.chance(0.4) ? 'capped' : null) },
  gctrace: { draw: random => random.chance(0.1) || null },
  gcpacertrace: { draw: random => random.chance(0.1) || null },
  // What happens to the outputs; whether the run is the first of a Runtime; after how many ms it is
  // aborted.
  outputs: { isOurs: true, draw: random => (random.chance(0.25) ? drawOutputs(random) : null) },
  runtime: { isOurs: true, draw: random => (random.chance(0.03) ? 'new' : null) },
  abort: { isOurs: true, draw: random => (random.chance(0.06) ? random.magnitude(1, 400) : null) },
  seed: { draw: random => random.next() },
  size: { isOurs: true, draw: drawSize },
  barrier: { draw: random => (random.chance(0.5) ? 'plain' : null) },
  marks: { draw: random => (random.chance(0.4) ? 'atomic' : null) },
  stackScans: { draw: random => (random.chance(0.5) ? 'any' : null) },
  idleWorkers: { draw: random => (random.chance(0.2) ? 'off' : null) },
  minimum: { draw: random => (random.chance(0.2) ? random.magnitude(64 * KiB, 64 * MiB) : null) },
}

/** Draws a configuration. `given` holds the dimensions that are settled already. */
export function drawConfiguration(random: Random, given: Configuration = {}): Configuration {
  const drawn: Record<string, Value> = {}
  for (const [name, dimension] of Object.entries(DIMENSIONS))
    drawn[name] = Object.hasOwn(given, name)
      ? (given[name] as Value)
      : dimension.draw(random, drawn)
  return drawn
}

/** How a configuration is given to the runtime. */
export interface Told {
  readonly flags: RunFlags
  /** Environment variables. One that is undefined is not set. */
  readonly environment: Readonly<Record<'GODEBUG' | 'GOGC' | 'GOMEMLIMIT', string | undefined>>
}

export function told(configuration: Configuration): Told {
  const flags: Record<string, Value> = {}
  const debug: string[] = []
  for (const [name, { debug: key, isOurs }] of Object.entries(DIMENSIONS)) {
    const value = configuration[name] ?? null
    if (value === null || isOurs) continue
    if (key === undefined) flags[name] = value
    else debug.push(`${key}=${value}`)
  }
  const environment = { GODEBUG: debug.join(','), GOGC: undefined, GOMEMLIMIT: undefined }
  if (configuration.limits !== 'environment') return { flags: flags as RunFlags, environment }
  const { gogc, memoryLimit, ...others } = flags
  const textOf = (value: Value | undefined): string | undefined =>
    value === undefined ? undefined : String(value)
  return {
    flags: others as RunFlags,
    environment: { ...environment, GOGC: textOf(gogc), GOMEMLIMIT: textOf(memoryLimit) },
  }
}

/**
 * The bytes that may be reachable at once. The rest of the arena is for floating garbage, for
 * caches and for the quarantine.
 */
export function liveBytesOf({ arena }: Configuration): number {
  return Number(arena) / 6
}

/** True if the arena is so large that no allocation may fail. */
export function hasRoom({ arena, fault }: Configuration): boolean {
  return (
    Number(arena) >= 32 * MiB && !(Array.isArray(fault) && fault.some(spec => /:fail\b/.test(spec)))
  )
}

/** A value as the tally counts it. Values of which there are endlessly many are put in classes. */
export function labelsOf(configuration: Configuration): [dimension: string, label: string][] {
  return Object.entries(configuration).flatMap(([name, value]): [string, string][] => {
    if (name === 'seed') return []
    // A fault is counted by its point and its effect, an output by what happens to it.
    if (Array.isArray(value))
      return value.map(spec => [
        name,
        spec.replace(/@p?\d+/, '').replace(/^([^:]*:[a-zA-Z]+).*$/, '$1'),
      ])
    if (name === 'zeal' && value !== null)
      return [[name, String(value).includes(',') ? 'N,concurrent' : 'N']]
    if (name === 'memoryLimit') return [[name, limitLabel(configuration)]]
    if (name === 'periodic' || name === 'abort' || name === 'minimum')
      return [[name, value === null ? 'none' : 'some']]
    if (name === 'arena') return [[name, `${Number(value) / MiB} MiB`]]
    return [[name, value === null ? 'default' : String(value).replace(/=[\d.]+/g, '')]]
  })
}

/**
 * Shares of what may live at once: from a limit that nothing fits in, to one that hardly matters.
 */
const LIMITS = [0.02, 0.25, 0.5, 0.9, 1, 1.2, 2, 6]

/** Drawn more often where nothing else starts a cycle. */
function drawMemoryLimit(random: Random, drawn: Configuration): number | null {
  if (!random.chance(drawn.gogc === 'off' ? 0.7 : 0.25)) return null
  return Math.floor(liveBytesOf(drawn) * random.pick(LIMITS))
}

/** A memory limit, in relation to what may live. */
function limitLabel(configuration: Configuration): string {
  const { memoryLimit } = configuration
  if (memoryLimit === null) return 'none'
  const share = Number(memoryLimit) / liveBytesOf(configuration)
  return share < 0.9
    ? 'below what may live'
    : share <= 1.2
      ? 'near what may live'
      : 'above what may live'
}

function drawZeal(random: Random): string | null {
  if (random.chance(0.5)) return null
  return `${random.magnitude(1, 1000)}${random.chance(0.6) ? ',concurrent' : ''}`
}

/** A pacer of the registry, with some of its settings. */
function drawPacer(random: Random): string {
  const name = random.pick(Object.keys(pacers))
  const settings = Object.entries(pacers[name]?.settings ?? {}).filter(() => random.chance(0.7))
  const given = settings.map(
    ([key, { min, max, isWhole }]) =>
      `${key}=${isWhole ? random.between(min, max) : (min + (random.below(1001) / 1000) * (Math.min(max, 1e6) - min)).toFixed(3)}`,
  )
  return given.length === 0 ? name : `${name}:${given.join(',')}`
}

/** One to three faults, each at any of the points, but never the death of a thread. */
function drawFaults(random: Random, procs: number): string[] {
  return Array.from({ length: random.between(1, 3) }, () => {
    const point = random.pick(FAULT_POINTS)
    const where = random.chance(0.3) ? `@p${random.below(procs)}` : ''
    const action = random.pick(
      ['yield', `stall=${random.magnitude(20, 3000)}us`, 'fail'].filter(action =>
        isAllowed(`${point}:${action}`),
      ),
    )
    const when = random.pick([
      `p=${(random.magnitude(1, 100) / 1000).toFixed(3)}`,
      `nth=${random.magnitude(1, 300)}`,
      'once',
    ])
    return `${point}${where}:${action}:${when}`
  })
}

/** Only some points can refuse what is asked there. */
function isAllowed(spec: string): boolean {
  try {
    parseFault(spec)
    return true
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}

function drawSchedule(random: Random): string {
  return random.pick([
    'random',
    `pct:changes=${random.between(1, 5)}`,
    `round-robin:switches=${random.between(1, 20)}`,
  ])
}

/** What takes long is drawn only for small programs. */
function drawSize(random: Random, { zeal, check, schedule }: Configuration): Size {
  if (schedule !== null) return 'tiny'
  const [every, kind] = zeal === null ? [Number.POSITIVE_INFINITY] : String(zeal).split(',')
  if (kind === undefined && Number(every) < 20) return 'tiny'
  if (kind === undefined && Number(every) < 200) return random.pick(['tiny', 'small'])
  return check === true
    ? random.pick(['tiny', 'small', 'small'])
    : random.pick(['tiny', 'small', 'medium'])
}
