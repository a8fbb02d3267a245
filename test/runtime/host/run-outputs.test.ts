// A run with an output that is one of its inputs: it is refused before anything is opened, and
// before there is a thread.
import {
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsageError } from '../../../runtime/errors/usage-error.ts'
import { Runtime } from '../../../runtime/host/host.ts'
import type { RunOptions } from '../../../runtime/options/configuration.ts'

let directory: string
const at = (name: string): string => join(directory, name)

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outputs-test-'))
  writeFileSync(
    at('p.js'),
    "import './part.js'\nimport './data.cjs'\nexport default function* main() {}\n",
  )
  writeFileSync(
    at('part.js'),
    "import data from './data.json' with { type: 'json' }\nexport const part = data\n",
  )
  writeFileSync(at('data.cjs'), 'module.exports = 1\n')
  writeFileSync(at('data.json'), '1\n')
  writeFileSync(at('broken.js'), "import './part.js'\nexport default function* main( {}\n")
  writeFileSync(at('inner.js'), 'export default 1\n')
  writeFileSync(at('pacer.js'), "export { default } from './inner.js'\n")
  linkSync(at('p.js'), at('hard.js'))
  symlinkSync('part.js', at('soft.js'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

const contents = (): [string, string][] =>
  readdirSync(directory).map(name => [name, readFileSync(at(name), 'utf8')])

test.each<[string, Pick<RunOptions, 'json' | 'trace' | 'pacer'>, string]>([
  ['p.js', { json: 'p.js' }, '--json would overwrite the program: '],
  ['p.js', { trace: 'hard.js' }, '--trace would overwrite the program: '],
  ['p.js', { json: 'part.js' }, '--json would overwrite a file that is imported: '],
  ['p.js', { json: 'soft.js' }, '--json would overwrite a file that is imported: '],
  ['p.js', { trace: 'data.cjs' }, '--trace would overwrite a file that is imported: '],
  ['p.js', { json: 'data.json' }, '--json would overwrite a file that is imported: '],
  ['broken.js', { json: 'broken.js' }, '--json would overwrite the program: '],
  ['p.js', { json: 'pacer.js', pacer: 'pacer.js' }, '--json would overwrite the pacer: '],
  [
    'p.js',
    { json: 'inner.js', pacer: 'pacer.js' },
    '--json would overwrite a file that is imported: ',
  ],
  ['p.js', { json: 'new', trace: 'new' }, '--json and --trace are the same file: '],
])('%s with %j', async (program, options, message) => {
  const before = contents()
  const absolute = Object.fromEntries(
    Object.entries(options).map(([name, file]) => [name, at(file)]),
  )
  await using runtime = new Runtime()
  const refused = await runtime
    .run(at(program), { ...absolute, procs: 1, arena: '4MiB' })
    .catch(error => error)
  expect(refused).toBeInstanceOf(UsageError)
  expect(refused.message).toContain(message)
  expect(contents()).toEqual(before)
})
