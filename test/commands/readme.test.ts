/**
 * README and docs are true: their programs and commands run and print what the pages show, and the
 * options in them are those of the command line. Links and named files are tested by
 * test/structure.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { findGo } from '../../lab/overrun/find-go.ts'
import { inScratch, runCli, runNode } from '../support/run-cli.ts'
import { isLong } from '../support/size.ts'
import { runCliWarm } from '../support/warm-cli.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** Files of a folder and those below it. */
const filesBelow = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
    path => `${folder}/${path}`,
  )

const documents = filesBelow('docs').filter(path => path.endsWith('.md'))
const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...documents.sort()]

interface Block {
  readonly language: string
  readonly text: string
}

/** The fenced blocks of a page. */
function blocksOf(page: string, language: string): Block[] {
  const found = [...read(page).matchAll(/^```(\w*)\n(.*?)^```$/gms)]
  return found
    .map(([, name = '', text = '']) => ({ language: name, text }))
    .filter(block => block.language === language)
}

/** The blocks that begin with `// NAME.ts`, by name. */
function filesIn(page: string): Map<string, string> {
  const named = blocksOf(page, 'ts').flatMap(({ text }) => {
    const name = /^\/\/ ([\w-]+\.ts)\n/.exec(text)?.[1]
    return name === undefined ? [] : [[name, text] as const]
  })
  return new Map(named)
}

interface Transcript {
  readonly page: string
  readonly command: string
  readonly output: string
}

/** The blocks of `$ command` and what it prints. A line `…` stands for any lines. */
const transcripts: Transcript[] = pages.flatMap(page =>
  blocksOf(page, 'console').map(({ text }) => {
    const [command = '', ...output] = text.split('\n')
    return { page, command: command.replace(/^\$ /, ''), output: output.join('\n').trimEnd() }
  }),
)

/**
 * Runs a command of a page in a directory that holds the page's files. Returns what it prints,
 * without the directory in paths.
 */
async function printed(
  page: string,
  args: readonly string[],
): Promise<{ output: string; code: number | null }> {
  return inScratch(async scratch => {
    const directory = join(scratch, 'programs')
    mkdirSync(directory)
    for (const [name, text] of filesIn(page)) writeFileSync(join(directory, name), text)
    const resolved = args.map(arg =>
      existsSync(join(directory, arg)) ? join(directory, arg) : arg,
    )
    const { stdout, stderr, code } = await runCliWarm(resolved)
    return { output: `${stdout}${stderr}`.replaceAll(`${directory}/`, ''), code }
  })
}

const LIST_EXPORTS = "console.log(Object.keys(await import('sawtooth')).join())"

const argumentsOf = (command: string): string[] => command.split(' ').slice(2)

describe('a transcript of the pages prints what they say', () => {
  test.each(transcripts)('$page: $command', async ({ page, command, output }) => {
    expect(command).toMatch(/^node bin\/sawtooth\.js /)
    const { output: actual } = await printed(page, argumentsOf(command))
    let rest = actual
    for (const part of output.split('\n…\n')) {
      expect(rest).toContain(part)
      rest = rest.slice(rest.indexOf(part) + part.length)
    }
  })
})

test('the pacer of docs/writing-a-pacer.md paces a run', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'my-pacer.ts')
    const [name] = filesIn('docs/writing-a-pacer.md').keys()
    expect(name).toBe('my-pacer.ts')
    writeFileSync(file, filesIn('docs/writing-a-pacer.md').get('my-pacer.ts') as string)
    const { code, record } = await runCliWarm([
      'run',
      'examples/binary-trees.ts',
      '--procs',
      '2',
      '--pacer',
      file,
      '--',
      '12',
    ])
    expect(code).toBe(0)
    expect(record?.pacer).toBe(file)
    expect(record?.cycles.length).toBeGreaterThan(0)
  })
})

test.each(['stepped/step-alloc', 'proposal/big-stacks'])(
  'the pacer of docs/writing-a-pacer.md and that of pacers new leave the program most of the CPU in %s',
  async scenario => {
    await inScratch(async scratch => {
      const taught = join(scratch, 'taught.ts')
      const printed = join(scratch, 'printed.ts')
      writeFileSync(taught, filesIn('docs/writing-a-pacer.md').get('my-pacer.ts') as string)
      writeFileSync(printed, (await runCliWarm(['pacers', 'new'])).stdout)
      for (const file of [taught, printed]) {
        const { stdout } = await runCliWarm([
          'pacers',
          'sim',
          '--scenario',
          scenario,
          '--pacer',
          file,
        ])
        const shares = stdout
          .trim()
          .split('\n')
          .slice(16)
          .map(row => Number(row.split(',').at(-1)))
        expect(Math.max(...shares), file).toBeLessThan(0.6)
        expect(shares.at(-1), file).toBeLessThan(0.4)
      }
    })
  },
)

/** The commands in `sh` blocks, without comments. Each part of a chain is a command. */
const mentions = pages.flatMap(page =>
  blocksOf(page, 'sh').flatMap(({ text }) =>
    text
      .split('\n')
      .map(line => line.replace(/\s+#.*$/, '').trim())
      .filter(line => line !== '')
      .flatMap(line => line.split(' && '))
      .map(command => ({ page, command })),
  ),
)
/** Each command once, with the first page that has it. */
const commands = mentions.filter(
  ({ command }, at) => mentions.findIndex(one => one.command === command) === at,
)
/** The small size leaves the lab to overrun.test.ts, which measures in small. */
const measures = ({ command }: { readonly command: string }): boolean =>
  command.includes('sawtooth.js overrun')
const tried = commands.filter(one => isLong || !measures(one))
const needsGo = ({ command }: { readonly command: string }): boolean =>
  command.includes('--with-go')

describe('a command of the pages exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

  test.each(tried.filter(one => !needsGo(one)))('$page: $command', ({ command }) =>
    expectToExist(command),
  )

  test.skipIf(findGo() === null).each(tried.filter(needsGo))(
    `$page: $command${findGo() === null ? ' (skipped: there is no Go)' : ''}`,
    ({ command }) => expectToExist(command),
  )

  async function expectToExist(command: string): Promise<void> {
    const words = command.split(' ').filter(word => !isSetting(word))
    if (words[0] === 'npm') {
      const script = words[1] === 'run' ? words[2] : words[1]
      if (script !== 'ci') expect(Object.keys(scripts)).toContain(script)
    } else if (words[0] === 'npx') {
      expect(existsSync(join(root, 'node_modules/.bin', words[1] ?? ''))).toBe(true)
    } else {
      const cli = words.indexOf('bin/sawtooth.js')
      const options = words.slice(1, cli)
      expect([words[0], words[cli]]).toEqual(['node', 'bin/sawtooth.js'])
      expect(options.every(option => option.startsWith('--'))).toBe(true)
      const settings = command.split(' ').filter(isSetting)
      const env = Object.fromEntries(
        settings.map(word => [word.split('=', 1)[0], word.slice(word.indexOf('=') + 1)]),
      )
      if (words[cli + 1] === 'overrun') await expectToMeasure(words.slice(cli + 1))
      else await expectToRun(words.slice(cli + 1), env, options)
    }
  }

  /** `NAME=value` in front of a command. */
  function isSetting(word: string): boolean {
    return /^[A-Z]+=/.test(word)
  }

  /**
   * Runs the lab for a moment. The machine decides whether its criteria hold: exit 1 with a table
   * is as good.
   */
  async function expectToMeasure(words: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await runCliWarm([...words, '--seconds', '0.6'])
    expect([0, 1], stderr).toContain(code)
    expect(stdout).toMatch(/^(?:ok|FAILED) /m)
  }

  /** Runs the command in its small size. A run's record goes to a scratch directory. */
  async function expectToRun(
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    nodeOptions: readonly string[],
  ): Promise<void> {
    if (words[0] !== 'run' || words.includes('--help')) {
      expect((await runCliWarm(words, env)).code).toBe(0)
      return
    }
    const end = words.indexOf('--')
    const own = (end < 0 ? words : words.slice(0, end)).map(word =>
      word === 'PROGRAM' ? 'examples/hello.ts' : word,
    )
    const options = own.flatMap((word, at) =>
      word === '--json' || own[at - 1] === '--json' ? [] : [word],
    )
    const args = [...options, '--', '--small']
    const { code, stderr } = await (nodeOptions.length === 0
      ? runCliWarm(args, env)
      : runCli(args, { env: { ...env, NODE_OPTIONS: nodeOptions.join(' ') } }))
    expect(code, stderr).toBe(0)
  }
})

test('docs/programming.md names everything that a program can import', async () => {
  const exported = await inScratch(scratch =>
    runNode(['--input-type=module', '-e', LIST_EXPORTS], {}, scratch).then(({ stdout }) =>
      stdout.trim().split(','),
    ),
  )
  expect(exported).toContain('struct')
  const page = read('docs/programming.md')
  expect(exported.filter(name => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([])
})

test('docs/command-line.md has the options of run --help, and no others', async () => {
  const { stdout } = await runCliWarm(['run', '--help'])
  const section = /^## Options\n(.*?)^## /ms.exec(read('docs/command-line.md'))?.[1] ?? ''
  const documented = [...section.matchAll(/^\| `(--[a-z-]+)/gm)].map(([, option]) => option)
  const offered = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option)
  expect(documented.sort()).toEqual(offered.sort())
})

test('the command line accepts every option of docs/command-line.md', async () => {
  const section = /^## Options\n(.*?)^## /ms.exec(read('docs/command-line.md'))?.[1] ?? ''
  const options = [...section.matchAll(/^\| `(--[a-z-]+)( )?/gm)]
  expect(options.length).toBeGreaterThan(10)
  // All options are in one command, each with a value that no option allows. If an option were
  // unknown, the message would say so first.
  const given = options.map(([, option = '', hasValue]) =>
    hasValue === undefined ? option : `${option}=§`,
  )
  const { stderr } = await runCliWarm(['run', 'examples/hello.ts', ...given, '--procs', '0'])
  expect(stderr).not.toContain('no option')
  const unknown = await runCliWarm(['run', 'examples/hello.ts', ...given, '--banana'])
  expect(unknown.stderr).toContain('no option --banana')
})

test('the environment variables of docs/command-line.md are those of run --help', async () => {
  const { stdout } = await runCliWarm(['run', '--help'])
  const section = /^## Environment\n(.*?)^## /ms.exec(read('docs/command-line.md'))?.[1] ?? ''
  const names = (text: string): string[] =>
    [...new Set(text.match(/\b(?:GO[A-Z]{2,}|[a-z]{8,}(?==))/g))]
      .filter(name => name !== 'key')
      .sort()
  expect(names(section)).toEqual(names(/^Environment(.*?)^Exit/ms.exec(stdout)?.[1] ?? ''))
})
