/**
 * How a schedule is asked for (`--schedule SPEC`; memory/controlled/strategy.ts).
 *
 *   SPEC = 'random'
 *        | 'pct'         [ ':changes=' N ]  [ ',turns=' N ]
 *        | 'round-robin' [ ':switches=' N ] [ ',turns=' N ]
 *        | 'replay:' FILE
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { scheduling } from '#sync'
import type { Order, Strategy, Switch } from '../../memory/controlled/strategy.ts'
import { UsageError } from '../errors/usage-error.ts'

/** The grammar of a schedule, as messages show it. */
export const scheduleGrammar =
  'random, pct[:changes=N,turns=N], round-robin[:switches=N,turns=N] or replay:FILE'

/** N in the named settings where none is given. Turns: the length of a small program. */
const DEFAULTS = { changes: 3, switches: 3, turns: 20_000 }

/**
 * Reads a SPEC.
 *
 * @throws UsageError for an ill-formed SPEC, for a file that holds no order, and where the threads
 *   cannot be controlled.
 */
export function parseSchedule(spec: string): Strategy {
  if (scheduling === null)
    throw new UsageError(
      `--schedule ${spec} needs controlled threads: node --conditions=controlled bin/sawtooth.js run …`,
    )
  const [, kind = '', rest = ''] = /^([^:]*):?(.*)$/s.exec(spec) ?? []
  if (kind === 'replay') {
    if (rest === '') throw new UsageError('--schedule replay: needs a FILE: replay:order.json')
    return { kind, order: orderIn(rest) }
  }
  const settings = new Map(
    rest === '' ? [] : rest.split(',').map(setting => settingOf(spec, setting)),
  )
  const setting = (name: keyof typeof DEFAULTS): number => {
    const value = settings.get(name) ?? DEFAULTS[name]
    settings.delete(name)
    return value
  }
  let strategy: Strategy
  if (kind === 'random') strategy = { kind }
  else if (kind === 'pct') strategy = { kind, changes: setting('changes'), turns: setting('turns') }
  else if (kind === 'round-robin')
    strategy = { kind, switches: setting('switches'), turns: setting('turns') }
  else throw new UsageError(`--schedule must be ${scheduleGrammar}, not '${spec}'`)
  for (const name of settings.keys())
    throw new UsageError(`--schedule ${spec}: ${kind} has no setting ${name}`)
  return strategy
}

/** The file that a SPEC reads, as a path; null: it reads none. */
export function orderFileOf(spec: unknown): string | null {
  const [, file] = /^replay:(.+)$/s.exec(typeof spec === 'string' ? spec : '') ?? []
  return file === undefined ? null : resolve(file)
}

function settingOf(spec: string, setting: string): [string, number] {
  const [, name, value] = /^(\w+)=(\d{1,9})$/.exec(setting) ?? []
  if (name !== undefined && Number(value) > 0) return [name, Number(value)]
  throw new UsageError(
    `--schedule ${spec}: '${setting}' must be NAME=N with a whole number N from 1`,
  )
}

/** The order in a run's record, or in a file that is one. */
function orderIn(file: string): Order {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(resolve(file), 'utf8'))
  } catch (error) {
    // V8 quotes the text that is no JSON, with its line ends.
    throw new UsageError(
      `--schedule replay:${file}: ${(error as Error).message.replace(/\s+/g, ' ')}`,
    )
  }
  const order =
    (content as { schedule?: { order?: unknown } | null } | null)?.schedule?.order ?? content
  if (Array.isArray(order) && order.every(isSwitch)) return order
  throw new UsageError(
    `--schedule replay:${file}: there is no order in it: the record of a run with --schedule, or [[p, turn, next], …]`,
  )
}

function isSwitch(value: unknown): value is Switch {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every(number => Number.isInteger(number) && number >= 0)
  )
}
