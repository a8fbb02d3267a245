import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { UsageError } from '../../../runtime/errors/usage-error.ts'
import { ProgramError } from '../../../runtime/load/program-error.ts'
import {
  type PreparedProgram,
  prepareModule,
  prepareProgram,
} from '../../../runtime/load/program-files.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'sawtooth-files-')))
afterAll(() => rmSync(root, { recursive: true }))

// It lies in a folder that counts as Sawtooth's own code, as the scheduler does.
const runner = join(root, 'stub/scheduler/runner.mjs')
mkdirSync(dirname(runner), { recursive: true })
writeFileSync(
  runner,
  `const outcomes = []
  for (const url of process.argv.slice(2)) {
    try {
      const { default: main } = await import(url)
      outcomes.push(main().next().value)
    } catch (error) {
      outcomes.push({ name: error.name, message: error.message, stack: error.stack })
    }
  }
  console.log(JSON.stringify(outcomes))`,
)

let home = ''
let count = 0

/** Writes files below a fresh directory; each test has its own. */
function given(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, name)), { recursive: true })
    writeFileSync(join(home, name), text)
  }
}

beforeEach(() => {
  home = join(root, `home ${++count}'s`) // neither a space nor a quote may matter
  given({
    '../stub/runtime/program.js':
      'export const answer = 42\nexport function call(f) {\n  return f()\n}\n',
    '../stub/gc/pacer/pacer.js': 'export const kind = "pacer"\n',
    '../stub/package.json': '{ "type": "module" }',
  })
})

const programUrl = pathToFileURL(join(root, 'stub/runtime/program.js')).href
const pacerUrl = pathToFileURL(join(root, 'stub/gc/pacer/pacer.js')).href

function prepare(entry: string, how = prepareProgram): Promise<PreparedProgram> {
  const runDirectory = mkdtempSync(join(root, 'run-'))
  return how(join(home, entry), runDirectory, programUrl, pacerUrl)
}

/** What a program's first step yields, or what it throws, in a process of its own. */
function outcome(...programs: PreparedProgram[]): unknown[] {
  const output = execFileSync(process.execPath, [
    runner,
    ...programs.map(({ entryUrl }) => entryUrl),
  ])
  return JSON.parse(output.toString()) as unknown[]
}

async function mappedStack(program: PreparedProgram): Promise<string> {
  const [error] = outcome(program) as [{ stack: string }]
  return program.mapStack(error.stack)
}

const rejection = async (entry: string, how = prepareProgram): Promise<Error> =>
  prepare(entry, how).then(
    () => expect.fail('it was prepared'),
    (error: Error) => error,
  )

describe('a program runs', () => {
  test('in TypeScript', async () => {
    given({
      'main.ts': `
        import { answer } from 'sawtooth'
        import type { Ref } from 'sawtooth'
        type Box<T> = { readonly value: T }
        const box = { value: answer } satisfies Box<number>
        function open<T>(b: Box<T>): T { return b.value as T }
        export default function* main(...args: string[]): Generator<number> { yield open<number>(box) + args.length }`,
    })
    expect(outcome(await prepare('main.ts'))).toEqual([42])
  })

  test.each(['main.js', 'main.mjs', 'main.mts'])('as %s', async name => {
    given({
      [name]: "import { answer } from 'sawtooth'\nexport default function* () { yield answer }",
    })
    expect(outcome(await prepare(name))).toEqual([42])
  })

  test('with imports of imports, up and down, of both languages, and TypeScript asked for as .js', async () => {
    given({
      'app/main.ts': `
        import { a } from './deep/er/a.ts'
        import { up } from '../up.js'
        export { a as again } from './deep/er/a.ts'
        export * from "../up.js"
        import './effect.mjs'
        export default function* main() { yield [a, up, globalThis.effect] }`,
      'app/deep/er/a.ts': "import { b } from '../b.js'\nexport const a: string = 'a' + b",
      'app/deep/b.ts': "export const b: string = 'b'",
      'app/effect.mjs': 'globalThis.effect = import.meta.url.endsWith("/app/effect.mjs")',
      'up.js': "export const up = 'up'",
    })
    expect(outcome(await prepare('app/main.ts'))).toEqual([['ab', 'up', true]])
  })

  test('with cyclic imports', async () => {
    given({
      'main.ts':
        "import { even } from './even.ts'\nexport default function* () { yield even(10) }\nexport const zero = 0",
      'even.ts':
        "import { odd } from './odd.ts'\nimport { zero } from './main.ts'\nexport const even = (n: number): boolean => n === zero || odd(n - 1)",
      'odd.ts':
        "import { even } from './even.ts'\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1)",
    })
    expect(outcome(await prepare('main.ts'))).toEqual([true])
  })

  test('with packages, of require, of import alone, scoped, and built-ins', async () => {
    given({
      'node_modules/common/package.json': '{ "main": "index.cjs" }',
      'node_modules/common/index.cjs': 'module.exports = "common"',
      'node_modules/modern/package.json':
        '{ "type": "module", "exports": { ".": { "types": "./no.d.ts", "import": { "default": "./m.js" } }, "./sub": { "import": "./s.js" } } }',
      'node_modules/modern/m.js': 'export default "modern"',
      'node_modules/modern/s.js': 'export default "sub"',
      'node_modules/@scope/only/package.json':
        '{ "type": "module", "exports": { "import": "./o.js" } }',
      'node_modules/@scope/only/o.js': 'export default "scoped"',
      'main.js': `
        import common from 'common'
        import modern from 'modern'
        import sub from 'modern/sub'
        import scoped from '@scope/only'
        import { sep } from 'node:path'
        import path from 'path'
        export default function* () { yield [common, modern, sub, scoped, sep === path.sep] }`,
    })
    expect(outcome(await prepare('main.js'))).toEqual([['common', 'modern', 'sub', 'scoped', true]])
  })

  test('with JSON, .cjs, an absolute import, and its own place in import.meta', async () => {
    given({
      'data.json': '{ "n": 7 }',
      'old.cjs': 'module.exports = 8',
      'abs.ts': 'export const abs: number = 9',
      'main.mjs': `
        import data from './data.json' with { type: 'json' }
        import old from './old.cjs'
        import { abs } from ${JSON.stringify(pathToFileURL(join(home, 'abs.ts')).href)}
        import { readFileSync } from 'node:fs'
        const again = JSON.parse(readFileSync(new URL('./data.json', import.meta.url), 'utf8'))
        export default function* () { yield [data.n, old, abs, again.n, import.meta.filename, import.meta.dirname] }`,
    })
    const expected = [7, 8, 9, 7, join(home, 'main.mjs'), home]
    expect(outcome(await prepare('main.mjs'))).toEqual([expected])
  })

  test('with dynamic imports, also one that fails and is caught', async () => {
    given({
      'main.ts': `
        const { late } = await import('./late.ts')
        const { answer } = await import(\`sawtooth\`)
        const missing = await import('./missing.ts').catch((error: Error) => error.message)
        export default function* () { yield [late, answer, missing] }`,
      'late.ts': 'export const late: number = 1',
    })
    expect(outcome(await prepare('main.ts'))).toEqual([
      [1, 42, expect.stringContaining(`Cannot find module '${join(home, 'missing.ts')}'`)],
    ])
  })

  test('through a symbolic link, its imports beside the real file', async () => {
    given({
      'real/main.ts': "import { a } from './a.ts'\nexport default function* () { yield a }",
      'real/a.ts': 'export const a = 1',
    })
    symlinkSync(join(home, 'real/main.ts'), join(home, 'link.ts'))
    expect(outcome(await prepare('link.ts'))).toEqual([1])
  })
})

test('two runs have modules of their own', async () => {
  given({
    'main.ts': "import { next } from './state.ts'\nexport default function* () { yield next() }",
    'state.ts': 'let n = 0\nexport const next = (): number => ++n',
  })
  const [first, second] = [await prepare('main.ts'), await prepare('main.ts')]
  expect(outcome(first, first, second)).toEqual([1, 2, 1])
})

test('rewriting moves no line', async () => {
  const source =
    "import {\n  answer,\n} from 'sawtooth'\nimport\n  './a.ts'\nexport default function* () {\n  yield answer\n}\n"
  given({ 'main.js': source, 'a.ts': '' })
  const { entryUrl } = await prepare('main.js')
  const written = readFileSync(fileURLToPath(entryUrl), 'utf8').split('\n')
  expect(written[0]).toMatch(/import \{$/)
  expect(written.slice(1, -3).map(line => line.replace(/'file:.*'/, "'…'"))).toEqual(
    source
      .split('\n')
      .slice(1, -1)
      .map(line => line.replace(/'sawtooth'|'\.\/a\.ts'/, "'…'")),
  )
})

test('a pacer may import its types and needs no default export', async () => {
  given({
    'my-pacer.ts':
      "import { kind } from 'sawtooth/pacer'\nexport const pacer = { kind: kind as string }",
  })
  const { entryUrl } = await prepare('my-pacer.ts', prepareModule)
  const written = readFileSync(fileURLToPath(entryUrl), 'utf8')
  expect(written).toContain(pacerUrl)
})

test('the first line keeps its columns in stacks, also behind a line for the shell', async () => {
  const first = 'export default function* main() { throw new Error("here") }'
  const second =
    '#!/usr/bin/env node\nexport default function* main() { throw new Error("here") }\n'
  given({ 'first.js': first, 'second.js': second })
  expect(await mappedStack(await prepare('first.js'))).toContain(
    `first.js:1:${first.indexOf('new Error') + 1})`,
  )
  expect(await mappedStack(await prepare('second.js'))).toContain('second.js:2:')
})

test('a mark of the byte order is no part of a file', async () => {
  given({
    'main.ts':
      "\ufeffimport { a } from './a.js'\nimport data from './b.json' with { type: 'json' }\nexport default function* () { yield a + data.b }",
    'a.js': "\ufeffimport { answer } from 'sawtooth'\nexport const a = answer",
    'b.json': '\ufeff{ "b": 1 }',
  })
  expect(outcome(await prepare('main.ts'))).toEqual([43])
})

test('names may be as long as the system allows', async () => {
  const longest = `${'a'.repeat(252)}.js`
  given({
    'main.js': `import { a } from './${longest}'\nexport default function* () { yield a }`,
    [longest]: 'export const a = 7',
  })
  expect(outcome(await prepare('main.js'))).toEqual([7])
})

describe('a stack', () => {
  const thrower = `
import { call } from 'sawtooth'
import { explode } from './bomb.ts'
type Deep<T> =
  | T
  | { deep: Deep<T> }
export default function* main(): Generator<void> {
  call((): void => {
    explode<string>('now' satisfies Deep<string>)
  })
}
`

  test('names the source and its lines, and nothing of the runtime or of Node', async () => {
    given({
      'main.ts': thrower,
      'bomb.ts':
        'interface Unused {\n  a: 1\n}\nexport function explode<T>(when: T): never {\n  throw new RangeError("boom " + when)\n}\n',
    })
    const lines = (await mappedStack(await prepare('main.ts'))).split('\n')
    expect(lines).toEqual([
      'RangeError: boom now',
      expect.stringContaining(`    at explode (${join(home, 'bomb.ts')}:5:`),
      expect.stringContaining(`${join(home, 'main.ts')}:9:`),
      expect.stringContaining(`    at main (${join(home, 'main.ts')}:8:`),
    ])
  })

  test('keeps what Node says above the program', async () => {
    given({ 'main.js': 'export default function* main() {\n  new URL("no url")\n}\n' })
    const lines = (await mappedStack(await prepare('main.js'))).split('\n')
    expect(lines[0]).toMatch(/^TypeError/)
    expect(lines.filter(line => line.includes('node:')).length).toBeGreaterThan(0)
    expect(lines.at(-1)).toContain(`at main (${join(home, 'main.js')}:2`)
  })

  test('of an import that fails keeps its message and place', async () => {
    given({
      'main.ts': "\nimport { nothing } from './a.ts'\nexport default function* () {}",
      'a.ts': 'export const a = 1',
    })
    const stack = await mappedStack(await prepare('main.ts'))
    expect(stack).toContain(`${join(home, 'main.ts')}:2\n`)
    expect(stack).toContain("does not provide an export named 'nothing'")
    expect(stack).not.toMatch(/node:internal|run-|runner/)
  })

  test('calls Sawtooth by its name', async () => {
    given({ 'main.ts': "import { Ref } from 'sawtooth'\nexport default function* () {}" })
    const stack = await mappedStack(await prepare('main.ts'))
    expect(stack).toContain(
      "The requested module 'sawtooth' does not provide an export named 'Ref'",
    )
  })

  test('maps written names as path and as URL', async () => {
    given({ 'main.js': 'export default function* main() {}' })
    const { entryUrl, mapStack } = await prepare('main.js')
    const source = join(home, 'main.js')
    expect(mapStack(`Error: in ${fileURLToPath(entryUrl)}\n    at main (${entryUrl}:1:2)`)).toBe(
      `Error: in ${source}\n    at main (${source}:1:2)`,
    )
  })

  test('is of frames only: a message keeps all its lines', async () => {
    given({ 'main.js': 'export default function* main() {}' })
    const { mapNames } = await prepare('main.js')
    const message = `a\n    at x (${programUrl}:1:2)\nb`
    expect(mapNames(message)).toBe(message)
  })

  test('without a frame of the program is its message', async () => {
    given({ 'main.js': 'export default function* main() {}' })
    const { mapStack } = await prepare('main.js')
    expect(
      mapStack(`Error: a\nb\n    at x (${programUrl}:1:2)\n    at y (node:internal/z:1:2)`),
    ).toBe('Error: a\nb')
  })
})

describe('refused, with file and line', () => {
  test.each<[string, Record<string, string>, string, string]>([
    [
      'a TypeScript error',
      { 'main.ts': 'let a\n\nconst x: = 3\n' },
      'main.ts',
      ':3: SyntaxError: Unexpected token',
    ],
    [
      'a JavaScript error',
      { 'main.js': 'let a\n\nconst = 3\n' },
      'main.js',
      ":3: SyntaxError: Unexpected token '='",
    ],
    [
      'an unclosed function',
      { 'main.js': 'export default function* main() {\n  yield 1\n' },
      'main.js',
      ':3: SyntaxError: Unexpected end of input',
    ],
    [
      'TypeScript in a .js file',
      { 'main.js': '\nlet x: number = 3\n' },
      'main.js',
      ':2: SyntaxError: ',
    ],
    [
      'an error in an import',
      { 'main.js': "import './a.ts'", 'a.ts': '\nlet x = = 1' },
      'a.ts',
      ':2: SyntaxError: ',
    ],
    [
      'a missing file',
      { 'main.ts': "\nimport './nothing.ts'" },
      'main.ts',
      ":2: there is no file './nothing.ts'",
    ],
    [
      'a missing extension',
      { 'main.ts': "\n\nimport { a } from './lib/a'", 'lib/a.ts': '' },
      'main.ts',
      ":3: there is no file './lib/a'; did you mean 'a.ts'?",
    ],
    [
      'a directory',
      { 'main.ts': "import './lib'", 'lib/index.ts': '' },
      'main.ts',
      ":1: './lib' needs a file's full name; did you mean 'lib/index.ts'?",
    ],
    [
      'a missing package',
      { 'main.ts': "import 'no-such-package'" },
      'main.ts',
      ":1: cannot find package 'no-such-package'",
    ],
    [
      'a missing re-export',
      { 'main.ts': "let a\nexport * from './b.ts'" },
      'main.ts',
      ":2: there is no file './b.ts'",
    ],
    [
      'no default export',
      { 'main.ts': 'export function* main() {}' },
      'main.ts',
      ': a program needs a default export: export default function* main(...args)',
    ],
  ])('%s', async (_, files, file, message) => {
    given(files)
    const error = await rejection(Object.keys(files)[0] as string)
    expect(error).toBeInstanceOf(ProgramError)
    expect(error.message).toContain(join(home, file) + message)
  })

  test('what only the engine finds is found on request', async () => {
    given({
      'main.ts': "import './a.ts'\nexport default function* () {}",
      'a.ts': 'type A = 1\nlet b = 1\nlet b = 2\n',
    })
    const program = await prepare('main.ts')
    expect(outcome(program)).toMatchObject([{ name: 'SyntaxError' }])
    expect((await program.findSyntaxError())?.message).toBe(
      `${join(home, 'a.ts')}:3: SyntaxError: Identifier 'b' has already been declared`,
    )
  })

  test('nothing is found where nothing is wrong', async () => {
    given({ 'main.ts': 'export default function* () {}' })
    expect(await (await prepare('main.ts')).findSyntaxError()).toBeNull()
  })
})

describe('a usage error', () => {
  test.each<[string, string]>([
    ['nothing.ts', 'program not found: '],
    ['folder.ts', 'program is not a file: '],
    ['main.py', 'program must be a .ts, .mts, .js, .mjs file: '],
  ])('%s', async (entry, message) => {
    given({ 'folder.ts/x': '', 'main.py': '' })
    expect(await rejection(entry)).toEqual(new UsageError(message + join(home, entry)))
  })

  test('a pacer is called one', async () => {
    expect(await rejection('nothing.ts', prepareModule)).toEqual(
      new UsageError(`pacer not found: ${join(home, 'nothing.ts')}`),
    )
  })
})

test.each([
  ['a mark of the byte order after a line for the shell', '#!/usr/bin/env node\n\ufeffIMPORT'],
  ['two marks of the byte order', '\ufeff\ufeffIMPORT'],
  ['a mark where two files were joined', 'const a = 1;\n\ufeffIMPORT'],
  ['a mark after a comment', '/* a */\ufeffIMPORT'],
  ['a line separator', '\u2028IMPORT'],
  ['a comment that a paragraph separator ends', '// a\u2029IMPORT'],
  ['an ideographic space', '\u3000IMPORT'],
  ['a line separator in a string', 'const a = "\u2028"\nIMPORT'],
])('%s before an import is white space', async (_, text) => {
  for (const name of ['main.js', 'main.ts']) {
    const source = `${text}import { answer } from 'sawtooth'\nimport { b } from './b\u2003c.js'\n`
    given({
      [name]: `${source.replace('IMPORT', '')}export default function* main() { yield answer + b }\n`,
      'b\u2003c.js': 'export const b = 1\n',
    })
    expect(outcome(await prepare(name)), name).toEqual([43])
  }
})

describe('a missing export is reported with the line of its import', () => {
  const found = async (entry: string): Promise<string> => {
    const program = await prepare(entry)
    const [error] = outcome(program) as [{ name: string; message: string }]
    return program.findMissingExport(`${error.name}: ${error.message}`)?.message ?? 'nothing'
  }

  test.each([
    [
      'of Sawtooth',
      "import {\n  answer,\n  ansver,\n} from 'sawtooth'\n",
      ":4: SyntaxError: 'sawtooth' has no export ansver",
    ],
    [
      'under another name',
      "import { ansver as answer } from 'sawtooth'\n",
      ":2: SyntaxError: 'sawtooth' has no export ansver",
    ],
    [
      'that is the default',
      "import it from 'sawtooth'\n",
      ":2: SyntaxError: 'sawtooth' has no export default",
    ],
    ['of a file', "import { b } from './b.ts'\nimport { c } from './b.ts'\n", ':3: SyntaxError: '],
    [
      'that is a type',
      "import { b, B } from './b.ts'\n",
      ':2: SyntaxError: B is a type: import { type B }',
    ],
    [
      'that is handed on',
      "export { ansver } from 'sawtooth'\n",
      ":2: SyntaxError: 'sawtooth' has no export ansver",
    ],
  ])('%s', async (_, text, message) => {
    given({
      'main.ts': `// $ first\n${text}export default function* main() {}\n`,
      'b.ts': 'export const b = 1\nexport type B = number\n',
    })
    expect(await found('main.ts')).toContain(join(home, 'main.ts') + message)
  })
})
