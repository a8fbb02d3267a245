// The commands of docs/seeds.md, each as it stands there. Those that take seconds run to their end;
// of the others, which take minutes or need a quiet machine, the parser alone has its say.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Command, commandsOf, itemsOf, seedsPage, withFiles } from '../structure/seeds.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, type ProcessResult, runNode } from '../support/run-cli.ts'

const QUICK = ['sim', 'macro', 'show', 'list', 'run', 'assists', 'tune']
const isQuick = ({ name, args }: Command): boolean =>
  name === 'run' || (name === 'pacers' && QUICK.includes(args[0] ?? ''))
/** `pacers run` and `pacers assists` play scenarios on a real heap. */
const LIMIT_MS = 5 * HANG_MS

/** What a command must print or write, by what it has in it. */
const SHOWS: readonly (readonly [part: string, pattern: RegExp])[] = [
  ['--gctrace', /^gc 1 @/m],
  ['gctrace=1', /^gc 1 @/m],
  ['--gcpacertrace', /^pacer: assist ratio=/m],
  ['--procs 4 --gcpacertrace', /workers=1\+/],
  ['--procs 12 --gcpacertrace', /workers=3\+/],
  ['deep-and-wide.ts --gctrace', / \(forced\)$/m],
  ['forcegcperiod', /^GC forced$/m],
  ['keeps.ts --procs 1 --minimum 64KiB', /->2 MB, 4 MB goal/],
  ['run --trace F', /"name":"sweep"/],
  ['run --trace F', /"name":"assist"/],
  ['--procs 4 --trace F', /"name":"dedicated worker"/],
  ['--procs 4 --trace F', /"name":"assist"/],
  ['run --json F', /"heapMarked":/],
  ['run --json F', /"GCCPUFraction":/],
  ['tight-loop.ts --json F', /"timeToSafepointUs":/],
  ['model/steady --pacer old', /,target_u,/],
  ['pacers show', /"alloc_rate":/],
  ['pacers tune', /rises in +settles in/],
]

const commands = commandsOf(itemsOf(seedsPage))
const quick = commands.filter(isQuick)
const others = commands.filter(one => one.name !== 'npm' && !isQuick(one))

/** Runs a command in a scratch folder, and gives what it printed, and the texts that it wrote. */
function carryOut({ name, args, env }: Command, ...more: readonly string[]) {
  return inScratch(async scratch => {
    const [given, files] = withFiles(args, join(scratch, 'seed'))
    const argv = ['bin/sawtooth.js', name, ...given, ...more]
    const result: ProcessResult = await runNode(argv, { env, limitMs: LIMIT_MS }, scratch)
    return {
      ...result,
      files: more.length > 0 ? [] : files.map(file => readFileSync(file, 'utf8')),
    }
  })
}

test('what commands must show is of commands that are there', () => {
  const texts = quick.map(({ text }) => text)
  expect(SHOWS.filter(([part]) => !texts.some(text => text.includes(part)))).toEqual([])
})

describe('runs, and writes its file', () => {
  test('the page has dozens of these', () => expect(quick.length).toBeGreaterThan(25))

  test.each(quick.map(command => [command.text, command] as const))('%s', async (text, command) => {
    const { code, stdout, stderr, files } = await carryOut(command)
    expect(code, stderr).toBe(0)
    expect(stdout + stderr).not.toBe('')
    const all = [stdout, stderr, ...files].join('\n')
    for (const [part, pattern] of SHOWS)
      if (text.includes(part)) expect(pattern.test(all), `${part}: ${pattern}`).toBe(true)
    expect(files).toHaveLength(text.split(' F').length - 1)
    for (const file of files)
      if (text.includes('--report')) expect(file).toContain('</html>')
      else expect(Object.keys(JSON.parse(file) as object).length).toBeGreaterThan(0)
  })
})

describe('is understood', () => {
  test.each(others.map(command => [command.text, command] as const))('%s', async (_, command) => {
    const { code, stdout, stderr } = await carryOut(command, '--help')
    expect(code, stderr).toBe(0)
    expect(stdout).toContain(`sawtooth ${command.name}`)
  })
})
