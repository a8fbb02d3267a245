/** The pacers that are built in, by the name given to `--pacer`: `go1.21`, `fixed:trigger=0.7`. */
import { effectiveGogc } from './effective-gogc.ts'
import { fixed } from './fixed.ts'
import { go15 } from './go1.5.ts'
import { go110 } from './go1.10.ts'
import { go114 } from './go1.14.ts'
import { go118 } from './go1.18.ts'
import { go119 } from './go1.19.ts'
import { go121 } from './go1.21.ts'
import { membalancer } from './membalancer.ts'
import type { Pacer } from './pacer.ts'
import { direct, redesign } from './redesign.ts'
import { rootsAsHeap } from './roots-as-heap.ts'
import { SHIPPED, type SoftHardOptions } from './soft-hard-goal.ts'
import { zgcLike } from './zgc-like.ts'

/** A number that may follow a pacer's name as `key=value`. */
interface Setting {
  readonly defaultValue: number
  readonly min: number
  readonly max: number
  /** Only whole numbers. */
  readonly isWhole?: boolean
}

interface Entry {
  readonly settings: Readonly<Record<string, Setting>>
  make(values: Readonly<Record<string, number>>): Pacer
}

/** A setting that is off or on. */
const SWITCH: Setting = { defaultValue: 0, min: 0, max: 1, isWhole: true }

const SOFT_HARD: Entry['settings'] = {
  hard: { defaultValue: SHIPPED.hard, min: 1, max: 10 },
  background: { defaultValue: SHIPPED.background, min: 0.05, max: 0.95 },
  target: { defaultValue: SHIPPED.target, min: 0.05, max: 0.95 },
  floating: SWITCH,
  credit: SWITCH,
  idle: SWITCH,
  assist: { defaultValue: SHIPPED.assist, min: 0, max: 1000 },
}

function softHard(values: Readonly<Record<string, number>>): SoftHardOptions {
  const [hard, background, target, assist] = ['hard', 'background', 'target', 'assist'].map(
    name => values[name] as number,
  ) as [number, number, number, number]
  const isOn = (name: string): boolean => values[name] !== 0
  return {
    hard,
    background,
    target,
    assist,
    floating: isOn('floating'),
    credit: isOn('credit'),
    idle: isOn('idle'),
  }
}

export const entries: Readonly<Record<string, Entry>> = {
  'go1.5': {
    settings: { curve: SWITCH },
    make: values => go15({ adjustedCurve: values.curve !== 0 }),
  },
  'go1.10': { settings: SOFT_HARD, make: values => go110(softHard(values)) },
  'go1.14': { settings: SOFT_HARD, make: values => go114(softHard(values)) },
  redesign: { settings: {}, make: () => redesign },
  direct: { settings: {}, make: () => direct },
  'roots-as-heap': { settings: {}, make: () => rootsAsHeap },
  'effective-gogc': { settings: {}, make: () => effectiveGogc },
  'go1.18': { settings: {}, make: () => go118 },
  'go1.19': { settings: {}, make: () => go119 },
  'go1.21': { settings: {}, make: () => go121 },
  fixed: {
    settings: { trigger: { defaultValue: 0.8, min: 0, max: 1 } },
    make: values => fixed(values.trigger as number),
  },
  membalancer: { settings: {}, make: () => membalancer },
  'zgc-like': { settings: {}, make: () => zgcLike },
}

export const DEFAULT_PACER = 'go1.21'

/** A name or setting that names no pacer. The message says what there is. A usage error. */
export class UnknownPacer extends Error {
  override readonly name = 'UnknownPacer'
}

/** Every built-in pacer, with its default settings. */
export function builtInPacers(): Pacer[] {
  return Object.keys(entries).map(pacerNamed)
}

/** The pacer of `NAME[:key=value,…]`; throws `UnknownPacer`. */
export function pacerNamed(spec: string): Pacer {
  const { entry, values } = parsed(spec)
  return entry.make(values)
}

/** Each of its settings, as given or by default; throws `UnknownPacer`. */
export function settingsOf(spec: string): Readonly<Record<string, number>> {
  return parsed(spec).values
}

function parsed(spec: string): { entry: Entry; values: Record<string, number> } {
  const [name = '', settings] = spec.split(/:(.*)/s, 2)
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined
  if (entry === undefined)
    throw new UnknownPacer(`no pacer '${name}': there is ${Object.keys(entries).join(', ')}`)
  const values: Record<string, number> = {}
  for (const [key, setting] of Object.entries(entry.settings)) values[key] = setting.defaultValue
  const given = settings === undefined ? [] : settings.split(',')
  for (const text of given) {
    const [key = '', value = ''] = text.split(/=(.*)/s, 2)
    const setting = Object.hasOwn(entry.settings, key) ? entry.settings[key] : undefined
    if (setting === undefined)
      throw new UnknownPacer(`pacer ${name} has no setting '${key}': ${knownOf(entry)}`)
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
    if (
      !(number >= setting.min && number <= setting.max) ||
      (setting.isWhole && !Number.isInteger(number))
    )
      throw new UnknownPacer(`pacer ${name}: '${text}' is ill-formed: ${knownOf(entry)}`)
    values[key] = number
  }
  return { entry, values }
}

function knownOf(entry: Entry): string {
  const known = Object.entries(entry.settings)
  if (known.length === 0) return 'it takes none'
  return known
    .map(([key, { min, max, defaultValue, isWhole }]) =>
      isWhole ? `${key}=0 or 1` : `${key}=${min} to ${max}, default ${defaultValue}`,
    )
    .join('; ')
}
