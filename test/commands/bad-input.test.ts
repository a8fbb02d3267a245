import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { lineOf, runCli, threadsFile } from '../support/run-cli.ts'
import { isLong } from '../support/size.ts'
import { runCliWarm, runProgramWarm } from '../support/warm-cli.ts'

const hello = 'examples/hello.ts'
const program = (name: string): string => threadsFile(`programs/${name}.ts`)
const broken = (name: string): string => threadsFile(`broken/${name}.ts`)
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

test('an import of what is not there is told with its file and line', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'bad-input-'))
  try {
    const file = join(directory, 'p.ts')
    for (const [name, what] of [
      ['chann', "'sawtooth' has no export chann"],
      ['Ref', 'Ref is a type: import { type Ref }'],
    ]) {
      writeFileSync(
        file,
        `import { gc } from 'sawtooth'\nimport { ${name} } from 'sawtooth'\nexport default function* main() {}\n`,
      )
      const { code, stderr } = await runCliWarm(['run', file, '--procs', '2'])
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: `panic: ${file}:2: SyntaxError: ${what}\n`,
      })
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
})

describe('usage: exit 2, one line, nothing is run', () => {
  test.each<[string, string[], RegExp, Record<string, string>?]>([
    [
      'an unknown option',
      [hello, '--banana'],
      /run has no option --banana; see sawtooth run --help/,
    ],
    ['an unknown command', [], /there is no command/],
    ['a missing program', ['no-such-program.ts'], /program not found: .*no-such-program\.ts/],
    ['a directory as program', ['examples'], /program is not a file: .*examples/],
    ['another kind of file', ['package.json'], /program must be a \.ts, .* file: .*package\.json/],
    ['--procs 0', [hello, '--procs', '0'], /--procs must be a whole number from 1 to 64, not '0'/],
    [
      '--procs 65',
      [hello, '--procs', '65'],
      /--procs must be a whole number from 1 to 64, not '65'/,
    ],
    [
      'GOMAXPROCS=two',
      [hello],
      /GOMAXPROCS must be a whole number from 1 to 64, not 'two'/,
      { GOMAXPROCS: 'two' },
    ],
    [
      'GOGC=banana',
      [hello],
      /GOGC must be a percentage as whole number, or off, not 'banana'/,
      { GOGC: 'banana' },
    ],
    [
      'GODEBUG',
      [hello],
      /GODEBUG gcstoptheworld must be .* from 0 to 2, not '3'/,
      { GODEBUG: 'gcstoptheworld=3' },
    ],
    [
      'an arena too small',
      [hello, '--arena', '1MiB'],
      /--arena must be whole 8 KiB pages, from 4MiB .*, not '1MiB'/,
    ],
    ['an unknown pacer', [hello, '--pacer', 'go9'], /--pacer: .*'?go9'?/],
    [
      'a missing pacer file',
      [hello, '--pacer', './none.ts'],
      /--pacer: there is no file .*none\.ts/,
    ],
    [
      'an unknown fault',
      [hello, '--fault', 'coffee'],
      /--fault has no point 'coffee'; run --fault list prints them/,
    ],
    [
      'a fault that cannot fail',
      [hello, '--fault', 'stop/raise:fail'],
      /nothing can fail there; fail is for refill, /,
    ],
    [
      'a fault at no P',
      [hello, '--procs', '2', '--fault', 'refill@p2'],
      /there is no P 2, they count from 0 to 1/,
    ],
  ])('%s', async (name, args, message, env = {}) => {
    const { code, stdout, stderr, record } = await runCliWarm(
      name === 'an unknown command' ? ['walk'] : ['run', ...args],
      env,
    )
    expect({ code, stdout, record }).toEqual({ code: 2, stdout: '', record: null })
    expect(stderr).toMatch(new RegExp(`^sawtooth: .*${message.source}`))
    expect(stderr.trimEnd().split('\n').length).toBe(1)
  })

  test('an unreadable place for the record', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'threads-'))
    const { code, stderr } = await runCli([
      'run',
      hello,
      '--trace',
      join(directory, 'none', 'trace.json'),
    ])
    rmSync(directory, { recursive: true })
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^sawtooth: --trace: .*\n$/),
    })
  })
})

describe('a program that cannot start: exit 1, file and line', () => {
  test.each<[string, string | null, RegExp]>([
    ['syntax-error', 'console.log(values.map', /SyntaxError: .+/],
    [
      'declared-twice',
      'const twice: number = 2',
      /SyntaxError: Identifier 'twice' has already been declared/,
    ],
    ['import-missing', 'import {', /there is no file '\.\/there-is-no-such-file\.ts'/],
    ['module-throws', 'JSON.parse', /SyntaxError: .* is not valid JSON/],
    ['no-generator', null, /the default export of a program must be a generator function/],
  ])('%s', async (name, marker, message) => {
    const { code, record, stdout, stderr } = await runProgramWarm([broken(name), '--procs', '3'])
    expect({ code, stdout, kind: record.error?.kind }).toEqual({
      code: 1,
      stdout: '',
      kind: 'program',
    })
    expect(record.error?.goroutine).toBeNull()
    expect(stderr).toMatch(new RegExp(`^panic: .*${message.source}`))
    // Sucrase finds the syntax error at the bracket that closes too much, a line later.
    const line = marker === null ? null : lineOf(broken(name), marker)
    if (line !== null)
      expect(stderr).toMatch(new RegExp(`${escaped(broken(name))}:(?:${line}|${line + 1})\\b`))
    expect(stderr.match(/panic/g)?.length).toBe(1)
    expectNoInnards(stderr)
  })
})

describe('a program that fails: exit 1, its error, its goroutine, its line', () => {
  const throws = program('throws')

  test('in a task', async () => {
    const { code, record, stderr } = await runProgramWarm([throws, '--procs', '4'])
    expect({ code, error: record.error }).toMatchObject({
      code: 1,
      error: { kind: 'program', message: 'the cupboard is bare', goroutine: 'cook' },
    })
    expect(stderr).toMatch(/^panic: the cupboard is bare\n\ngoroutine cook:\n {4}at /)
    expect(stderr).toContain(`at fail (${throws}:${lineOf(throws, '// here')}:`)
    expectNoInnards(stderr)
  })

  test('in main', async () => {
    const { code, record, stderr } = await runProgramWarm([throws, '--', 'main'])
    expect({ code, goroutine: record.error?.goroutine }).toEqual({ code: 1, goroutine: 'main' })
    expect(stderr).toMatch(/^panic: TypeError: main cannot either\n\ngoroutine main:\n/)
    expect(stderr).toContain(`${throws}:${lineOf(throws, 'main cannot either')}:`)
  })

  test('with something that is no Error', async () => {
    const { code, stderr } = await runProgramWarm([throws, '--', 'text'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/^panic: .*just a text\n\ngoroutine main:\n/)
  })
})

test('a deadlock: exit 2, and each goroutine with what it waits for', async () => {
  for (const procs of ['1', '3']) {
    const { code, record, stderr } = await runProgramWarm([program('deadlock'), '--procs', procs])
    expect({ code, kind: record.error?.kind }).toEqual({ code: 2, kind: 'deadlock' })
    const [first, , ...waiting] = stderr.split('\n')
    expect(first).toBe('fatal error: all goroutines are asleep - deadlock!')
    expect(waiting.slice(0, 5)).toEqual([
      expect.stringMatching(/^goroutine 1 \(main\) \[channel receive on \d+\]/),
      expect.stringMatching(/^goroutine 2 \(sender\) \[channel send on \d+\]/),
      expect.stringMatching(/^goroutine 3 \(chooser\) \[select\]/),
      expect.stringMatching(/^goroutine 4 \(locker\) \[mutex lock on \d+\]/),
      expect.stringMatching(/^goroutine 5 \(counter\) \[wait group on \d+\]/),
    ])
  }
})

describe('an arena that is full: exit 2, with its size, the live bytes and the request', () => {
  test.each([
    ['small', 24, 7_000_000],
    ['medium', 64_008, 7_000_000],
    ['large', 67_108_872, 0],
  ])('%s objects', async (what, request, liveAtLeast) => {
    for (const flags of what === 'small' && isLong ? [[], ['--check']] : [[]]) {
      const { code, record, stderr } = await runProgramWarm([
        program('exhausts-arena'),
        ...['--arena', '8MiB', '--procs', '2', ...flags, '--', what],
      ])
      expect({ code, kind: record.error?.kind }).toEqual({ code: 2, kind: 'outOfMemory' })
      const message =
        /^fatal error: out of memory: a request for (\d+) bytes finds no room in an arena of (\d+) bytes, of which (\d+) are live/
      const [, requested, arena, live] = (message.exec(stderr) ?? []).map(Number)
      expect({ requested, arena }).toEqual({ requested: request, arena: 8 * 2 ** 20 })
      expect(live).toBeGreaterThanOrEqual(liveAtLeast)
      expect(live).toBeLessThanOrEqual(arena)
      expect(stderr).toMatch(
        /^goroutine main:\n(?: {4}at .*\n)* {4}at .*exhausts-arena\.ts:\d+:\d+/m,
      )
    }
  })

  test('can be caught, and the program goes on', async () => {
    const { code, stdout } = await runProgramWarm([
      program('exhausts-arena'),
      '--arena',
      '8MiB',
      '--',
      'catch',
    ])
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'caught 3 times, and there is room again\n',
    })
  })
})

describe('a pacer that goes wrong: exit 3, and what it did', () => {
  test.each([
    ['nan', /^pacer answers-nan: revise answered the assist ratio = NaN; it must be /],
    ['throws-in-stop', /^pacer throws-in-stop: startCycle threw Error: no plan for this one\n/],
    [
      'throws-in-revise',
      /^pacer throws-in-revise: revise threw RangeError: no ratio for this one\n/,
    ],
    ['throws-at-start', /^pacer throws-at-start: goals threw Error: no goal at all\n/],
    ['not-a-pacer', /^\S*not-a-pacer\.ts: describe is not a string\n/],
  ])('%s', async (name, message) => {
    const { code, record, stdout, stderr } = await runProgramWarm([
      program('churn'),
      ...['--procs', '3', '--pacer', program(`pacers/${name}`)],
    ])
    expect({ code, stdout, kind: record.error?.kind }).toEqual({
      code: 3,
      stdout: '',
      kind: 'pacer',
    })
    expect(stderr).toMatch(message)
    if (name.startsWith('throws'))
      expect(stderr).toMatch(/^ {4}at .*test\/threads\/programs\/pacers\/bad\.ts:\d+/m)
    expectNoInnards(stderr)
  })

  test('even if the program catches whatever its allocations throw', async () => {
    const { code, record } = await runProgramWarm([
      program('catches-all'),
      ...['--procs', '2', '--pacer', program('pacers/throws-in-revise')],
    ])
    expect({ code, kind: record.error?.kind }).toEqual({ code: 3, kind: 'pacer' })
  })
})

/** No path or frame of the runtime's own, or of a run's temporary files. */
function expectNoInnards(stderr: string): void {
  expect(stderr).not.toMatch(/\/dist\/|node_modules|sawtooth-|\.ts\.mjs|node:internal/)
}
