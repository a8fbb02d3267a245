import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gorootOf, patched } from '../../../../lab/overrun/go-variants/goroot.ts'
import { VARIANT_NAMES, VARIANTS } from '../../../../lab/overrun/go-variants/variants.ts'
import { UsageError } from '../../../../runtime/errors/usage-error.ts'

const INSTALL = 'apt-get install golang-1.19 golang-1.19-src'

let machine = ''
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), 'machine-'))
})
afterEach(() => rmSync(machine, { recursive: true }))

/** A folder of Go by name. Returns the path of its `go`. */
function put(
  name: string,
  version: string,
  sources: Readonly<Record<string, string>> = {},
): string {
  const directory = join(machine, name)
  for (const folder of ['bin', 'src/runtime'])
    mkdirSync(join(directory, folder), { recursive: true })
  writeFileSync(join(directory, 'bin/go'), '')
  if (version !== '') writeFileSync(join(directory, 'VERSION'), version)
  for (const [file, text] of Object.entries(sources))
    writeFileSync(join(directory, 'src/runtime', file), text)
  return join(directory, 'bin/go')
}
const inMachine = (name: string): string => join(machine, name)
const withSources = { 'malloc.go': '' }

test('of several installed, Go 1.19 that has its sources is taken', () => {
  const all = [
    put('go-1.22', 'go1.22.4\ntime 2024\n', withSources),
    put('bare', 'go1.19.3'),
    put('go-1.19', 'go1.19.8', withSources),
  ]
  expect(gorootOf(null, () => all)).toEqual({
    directory: inMachine('go-1.19'),
    version: 'go1.19.8',
  })
})

test.each<[string, () => string[], string]>([
  ['no Go', () => [], `overrun go needs Go 1.19 with its sources, and there is no Go: ${INSTALL}`],
  [
    'only another version',
    () => [put('new', 'go1.22.4', withSources)],
    `and there is go1.22.4 in ${'MACHINE'}/new: ${INSTALL}`,
  ],
  [
    'no sources',
    () => [put('bare', 'go1.19.8')],
    `/bare is go1.19.8 without its sources: ${INSTALL}`,
  ],
])('where there is %s, one line says what to install', (_, installed, message) => {
  const all = installed()
  expect(() => gorootOf(null, () => all)).toThrow(UsageError)
  expect(() => gorootOf(null, () => all)).toThrow(message.replace('MACHINE', machine))
})

test.each([
  ['new', 'go1.22.4', '/new is go1.22.4, and the lines of overrun go are for Go 1.19'],
  ['ancient', 'go1.190', '/ancient is go1.190, and the lines of overrun go are for Go 1.19'],
  ['empty', '', '/empty is no folder of Go, it has no VERSION'],
])('--goroot that names %s is refused', (name, version, message) => {
  put(name, version, withSources)
  expect(() => gorootOf(inMachine(name), () => [])).toThrow(message)
})

test.each(VARIANT_NAMES)(
  'a source without a place for %s is refused, with what is missing',
  name => {
    const files = Object.fromEntries(
      VARIANTS[name].insertions.map(({ file }) => [file, 'package runtime\n']),
    )
    put('odd', 'go1.19.8', { ...withSources, ...files })
    const goroot = gorootOf(inMachine('odd'), () => [])
    expect(() => patched(goroot, VARIANTS[name])).toThrow(
      `${inMachine('odd')} (go1.19.8) has not the place for a line: mgcmark.go has no function markroot`,
    )
  },
)
