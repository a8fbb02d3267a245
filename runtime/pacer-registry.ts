/** The pacers that are built in, by the name given to `--pacer`: `go1.21`, `fixed:trigger=0.7`. */
import { fixed } from '../gc/pacer/fixed.ts'
import { go121 } from '../gc/pacer/go1.21.ts'
import type { Pacer } from '../gc/pacer/pacer.ts'

/** A number that may follow a pacer's name as `key=value`. */
interface Setting {
  readonly defaultValue: number
  readonly min: number
  readonly max: number
}

interface Entry {
  readonly settings: Readonly<Record<string, Setting>>
  make(values: Readonly<Record<string, number>>): Pacer
}

export const entries: Readonly<Record<string, Entry>> = {
  'go1.21': { settings: {}, make: () => go121 },
  fixed: {
    settings: { trigger: { defaultValue: 0.8, min: 0, max: 1 } },
    make: values => fixed(values['trigger'] as number),
  },
}

export const DEFAULT_PACER = 'go1.21'

/** A name or setting that names no pacer; its message says what there is. A usage error. */
export class UnknownPacer extends Error {
  override readonly name = 'UnknownPacer'
}

/** Every built-in pacer, with its default settings. */
export function builtInPacers(): Pacer[] {
  return Object.keys(entries).map(pacerNamed)
}

/** The pacer of `NAME[:key=value,…]`; throws `UnknownPacer`. */
export function pacerNamed(spec: string): Pacer {
  const [name = '', settings] = spec.split(/:(.*)/s, 2)
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined
  if (entry === undefined) throw new UnknownPacer(`no pacer '${name}': there is ${Object.keys(entries).join(', ')}`)
  const values: Record<string, number> = {}
  for (const [key, setting] of Object.entries(entry.settings)) values[key] = setting.defaultValue
  const given = settings === undefined ? [] : settings.split(',')
  for (const text of given) {
    const [key = '', value = ''] = text.split(/=(.*)/s, 2)
    const setting = Object.hasOwn(entry.settings, key) ? entry.settings[key] : undefined
    if (setting === undefined) throw new UnknownPacer(`pacer ${name} has no setting '${key}': ${settingsOf(entry)}`)
    const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN
    if (!(number >= setting.min && number <= setting.max))
      throw new UnknownPacer(`pacer ${name}: '${text}' is ill-formed: ${settingsOf(entry)}`)
    values[key] = number
  }
  return entry.make(values)
}

function settingsOf(entry: Entry): string {
  const known = Object.entries(entry.settings)
  if (known.length === 0) return 'it takes none'
  return known.map(([key, { min, max, defaultValue }]) => `${key}=${min} to ${max}, default ${defaultValue}`).join('; ')
}
