/** `sawtooth pacers list`: the pacers and the scenarios. */
import { entries, pacerNamed } from 'sawtooth/internal/gc/pacer/registry'
import { formatTable } from '../table.ts'
import { library } from './scenarios/library.ts'

export function formatList(): string {
  const pacers = Object.entries(entries).map(([name, { settings }]) => {
    const keys = Object.entries(settings).map(([key, { defaultValue }]) => `${key}=${defaultValue}`)
    return [name, keys.join(',') || '-', pacerNamed(name).describe]
  })
  const scenarios = library.map(({ name, engine, cycles, what }) => [
    name,
    engine,
    String(cycles),
    what,
  ])
  return [
    `${formatTable(['pacer', 'settings', ''], pacers).trimEnd()}\n`,
    'Of the macro engine: old (Go 1.14 to 1.17) and new (the redesign), as in mknyszek/pacer-model.\n',
    `${formatTable(['scenario', 'engine', 'cycles', ''], scenarios).trimEnd()}\n`,
  ].join('\n')
}
