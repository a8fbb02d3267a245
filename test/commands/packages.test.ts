/**
 * The two packages as a user installs them: copies of what npm packs, beside the packages that they
 * depend on. A user who installs the runtime gets neither the lab nor its libraries, and the lab's
 * commands say what to install.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { inScratch, type ProcessResult, runNode } from '../support/run-cli.ts'
import { longTest } from '../support/size.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifestIn = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest

/** What npm packs of a package, built as it is. */
function filesOf(folder: string): string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline']
  const [packed] = JSON.parse(
    execFileSync('npm', args, { cwd: join(root, folder), encoding: 'utf8' }),
  ) as readonly {
    readonly files: readonly { readonly path: string }[]
  }[]
  return packed?.files.map(({ path }) => path) ?? []
}

execFileSync('npm', ['run', 'build', '--silent'], { cwd: join(root, 'lab') })
const [runtime, lab] = [filesOf('.'), filesOf('lab')]

/**
 * The dependencies of a package, and theirs. A dependency that lies within the package that needs
 * it is copied with that package.
 */
function dependenciesOf(folder: string, known = new Set<string>()): ReadonlySet<string> {
  for (const name of Object.keys(manifestIn(folder).dependencies ?? {})) {
    const isWithin = folder !== '.' && existsSync(join(root, folder, 'node_modules', name))
    if (isWithin || known.has(name)) continue
    known.add(name)
    dependenciesOf(`node_modules/${name}`, known)
  }
  return known
}

/** Installs packages of ours, by their folders, below `directory`. */
function install(directory: string, packages: Readonly<Record<string, readonly string[]>>): void {
  const modules = join(directory, 'node_modules')
  for (const [folder, files] of Object.entries(packages)) {
    const name = folder === '.' ? 'sawtooth' : 'sawtooth-lab'
    for (const file of files)
      cpSync(join(root, folder, file), join(modules, name, file), { recursive: true })
    for (const dependency of dependenciesOf(folder)) {
      mkdirSync(dirname(join(modules, dependency)), { recursive: true })
      const link = join(modules, dependency)
      if (!existsSync(link)) symlinkSync(join(root, 'node_modules', dependency), link)
    }
  }
}

describe('the runtime alone', () => {
  test('has neither lab nor tests, and depends on no library of the lab', () => {
    expect(runtime).toContain('dist/runtime/host/host.js')
    expect(runtime.filter(path => /^(?:dist\/)?(?:lab|test)\/|tsbuildinfo/.test(path))).toEqual([])
    const libraries = Object.keys(manifestIn('lab').dependencies ?? {})
    expect(libraries).toContain('vega')
    expect(libraries.filter(name => dependenciesOf('.').has(name))).toEqual([])
  })

  test('runs a program, and says of a command of the lab what to install', async () => {
    await inScratch(async scratch => {
      const directory = join(scratch, 'installed')
      install(directory, { '.': runtime })
      const cli = join(directory, 'node_modules/sawtooth/bin/sawtooth.js')
      const run = (...args: string[]): Promise<ProcessResult> =>
        runNode([cli, ...args], {}, scratch)
      const hello = join(directory, 'node_modules/sawtooth/examples/hello.ts')
      expect(await run('run', hello)).toMatchObject({ code: 0 })
      for (const command of ['overrun', 'pacers']) {
        const { code, stdout, stderr } = await run(command, '--help')
        expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
        expect(stderr).toMatch(/^sawtooth: [^\n]*: npm install sawtooth-lab\n$/)
      }
    })
  })
})

describe('the lab', () => {
  test('brings what it runs, compiles and shows, and wants the runtime of its own version', () => {
    for (const path of [
      'dist/overrun/command-line.js',
      'overrun/go/alloc-only.go',
      'overrun/programs/alloc-only.ts',
      'pacers/league/report-page.js',
      'pacers/programs/shaped-heap.ts',
    ])
      expect(lab).toContain(path)
    // The policies whose costs are measured.
    for (const name of ['alloc-storm', 'binary-trees'])
      expect(runtime).toContain(`examples/${name}.ts`)
    expect(lab.filter(path => /node_modules|tsbuildinfo/.test(path))).toEqual([])
    const { version } = manifestIn('.')
    expect(manifestIn('lab')).toMatchObject({ version, peerDependencies: { sawtooth: version } })
    expect(manifestIn('.').peerDependencies).toEqual({ 'sawtooth-lab': version })
  })

  longTest('works beside the runtime, without a clone', async () => {
    await inScratch(async scratch => {
      const directory = join(scratch, 'installed')
      install(directory, { '.': runtime, lab })
      const cli = join(directory, 'node_modules/sawtooth/bin/sawtooth.js')
      const run = (...args: string[]): Promise<ProcessResult> =>
        runNode([cli, ...args], {}, scratch)
      // The machine decides whether the criteria hold: exit 1 with a table is as good.
      const measured = await run('overrun', '--quick', '--seconds', '0.6')
      expect([0, 1], measured.stderr).toContain(measured.code)
      expect(measured.stdout).toMatch(/^(?:ok|FAILED) /m)
      const league = join(directory, 'league.html')
      const played = await run(
        'pacers',
        'league',
        '--engines',
        'stepped',
        '--scenarios',
        'stepped/steady',
        '--report',
        league,
      )
      expect(played.code, played.stderr).toBe(0)
      expect(readFileSync(league, 'utf8')).toContain('uPlot')
    })
  })
})
