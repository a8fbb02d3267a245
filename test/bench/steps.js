// What #sync costs where it does nothing. Hot paths of the build run against two copies of it: one
// without the calls of step(), and one that also has Atomics in place of #sync. All run on one P,
// in processes that take turns.
//   npm run bench:steps [-- --pairs N] [-- --only NAME,…]
//   node test/bench/steps.js --against DIST    the build against another, as that of a revision
//   node test/bench/steps.js --dist DIST       another build in place of this one
// Prints the fastest round of each process, since other programs can only slow a round down. At the
// end it prints for each measure the median of the pairs' ratios, and the ratio of the fastest
// rounds of all. Above 1 the build is slower than the other side.

import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

const measures = {
  allocate: { program: 'allocate', args: ['30', '4'], unit: 'ns per object' },
  'barrier-off': { program: 'store', args: ['off'], unit: 'ns per store' },
  'barrier-on': { program: 'store', args: ['on'], unit: 'ns per store' },
  'keep-off': { program: 'keep', args: ['off'], unit: 'ns per reference' },
  'keep-on': { program: 'keep', args: ['on'], unit: 'ns per reference' },
  'keep-any': {
    program: 'keep',
    flags: ['--stack-scans', 'any'],
    args: ['on'],
    unit: 'ns per reference',
  },
  poll: { program: 'poll', args: ['30', '4'], unit: 'ns per poll' },
  collect: { program: 'collect', args: ['7'], unit: 'ms per collection' },
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    against: { type: 'string' },
    dist: { type: 'string' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(`Times hot paths of the build against copies without steps, or against another build, in turn, on one P.

Usage:
  npm run bench:steps -- [options]

  --pairs N        how often each (default: 7)
  --only NAME,…    of ${Object.keys(measures).join(', ')}
  --against DIST   another build, such as another revision's
  --dist DIST      another build in place of dist

Example:
  npm run bench:steps -- --pairs 11 --only allocate,poll`)
  process.exit()
}
const pairs = Number(values.pairs)
// What an earlier revision has no option for is measured only if it is named.
const wanted =
  values.only?.split(',') ??
  Object.keys(measures).filter(name => measures[name].flags === undefined)
for (const name of wanted)
  if (!(name in measures)) fail(`--only takes ${Object.keys(measures).join(', ')}; not '${name}'`)
if (!(Number.isInteger(pairs) && pairs > 0))
  fail(`--pairs must be a whole number above 0, not '${values.pairs}'`)

function fail(message) {
  console.error(message)
  process.exit(2)
}

// ————— the sides

/** A call of step() as the compiler prints it: a line of its own. */
const STEP = /^\s*step\('[^']*'\);\n/gm
const SYNC_IMPORT = /^import \{ ([^}]*) \} from '#sync';$/gm

function withoutSteps(text) {
  return text.replaceAll(STEP, '')
}

/** What a file imports, under the name that it gives it, becomes a constant of the file. */
function withoutSync(text) {
  return withoutSteps(text).replaceAll(SYNC_IMPORT, (_, names) =>
    names
      .split(', ')
      .map(entry => entry.split(' as '))
      .map(([name, local = name]) => `const ${local} = ${DIRECTLY[name] ?? `Atomics.${name}`};`)
      .join(' '),
  )
}

const DIRECTLY = {
  compareAndSwap:
    '(words, index, expected, value) => Atomics.compareExchange(words, index, expected, value) === expected',
  now: '() => performance.now()',
  step: '() => {}',
  scheduling: 'null',
}

const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-bench-'))

/** A package of its own, with a build that may be rewritten. */
function side(name, dist, rewrite = text => text) {
  if (!existsSync(join(dist, 'runtime'))) fail(`${dist} is no build: it has no folder runtime`)
  const folder = join(scratch, name.replaceAll(' ', '-'))
  const owner = existsSync(join(dist, '../package.json')) ? join(dist, '..') : root
  cpSync(dist, join(folder, 'dist'), { recursive: true })
  cpSync(join(owner, 'package.json'), join(folder, 'package.json'))
  // The command line is where the revision has it.
  const bin = existsSync(join(owner, 'bin')) ? join(owner, 'bin') : join(root, 'bin')
  cpSync(bin, join(folder, 'bin'), { recursive: true })
  // A revision may have dependencies that this one has not.
  const modules = join(owner, 'node_modules')
  symlinkSync(
    existsSync(modules) ? resolve(modules) : join(root, 'node_modules'),
    join(folder, 'node_modules'),
  )
  let changed = 0
  for (const path of readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.js')) continue
    const file = join(folder, 'dist', path)
    const before = readFileSync(file, 'utf8')
    const after = rewrite(before)
    if (after === before) continue
    writeFileSync(file, after)
    changed++
  }
  return { name, folder, changed }
}

const build = resolve(values.dist ?? join(root, 'dist'))
const sides =
  values.against === undefined
    ? [
        side('the build', build),
        side('without steps', build, withoutSteps),
        side('without sync', build, withoutSync),
      ]
    : [side('the build', build), side('the other', resolve(values.against))]

// ————— the runs

/** The pairs' ratios, and the ratio of each side's fastest. */
function report(title, ours, theirs) {
  const ratios = ours.map((value, pair) => value / theirs[pair]).sort((a, b) => a - b)
  const spread = `${ratios[0].toFixed(3)} to ${ratios.at(-1).toFixed(3)}`
  const fastest = Math.min(...ours) / Math.min(...theirs)
  console.log(
    `${title}: median ratio ${median(ratios).toFixed(3)} (${spread}), of the fastest ${fastest.toFixed(3)}`,
  )
}

const median = sorted => sorted[sorted.length >> 1]

/** The folders in which this revision or earlier ones have the modules that the programs read. */
const FOLDERS = {
  'control.js': ['memory/words', 'heap/layout'],
  'current.js': ['runtime/program', 'runtime'],
}

function moduleIn(dist, name) {
  const folder = FOLDERS[name].find(folder => existsSync(join(dist, folder, name)))
  return folder === undefined
    ? fail(`${dist} has no ${name} that is known here`)
    : join(dist, folder, name)
}

/** The fastest round. */
function run({ folder }, { program, flags = [], args }) {
  const module = name => pathToFileURL(moduleIn(join(folder, 'dist'), name)).href
  const printed = execFileSync(
    process.execPath,
    [
      join(folder, 'bin/sawtooth.js'),
      ...['run', join(root, `test/bench/programs/${program}.ts`), '--procs', '1'],
      ...[...flags, '--', ...args],
    ],
    {
      env: {
        ...process.env,
        BENCH_CONTROL: module('control.js'),
        BENCH_CURRENT: module('current.js'),
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'], // what it says on stderr is in the error, if it fails,
    },
  )
  return Math.min(...printed.trim().split('\n').map(Number).filter(Number.isFinite))
}

try {
  console.log(
    `${process.version}, ${cpus().length} × ${cpus()[0].model}, ${pairs} pairs; the build against`,
  )
  const [, ...others] = sides
  for (const { name, changed } of others)
    console.log(`  ${name}${changed > 0 ? `: ${changed} files differ` : ''}`)
  const taken = new Map(wanted.map(name => [name, sides.map(() => [])]))
  for (let pair = 0; pair < pairs; pair++) {
    for (const name of wanted) {
      const first = pair % sides.length
      const order = [...sides.slice(first), ...sides.slice(0, first)]
      for (const each of order) taken.get(name)[sides.indexOf(each)].push(run(each, measures[name]))
      const line = taken.get(name).map(found => found.at(-1).toFixed(2))
      console.log(`${name}: ${line.join(', ')} ${measures[name].unit}`)
    }
  }
  console.log('')
  for (const name of wanted) {
    const [ours, ...theirs] = taken.get(name)
    for (const [index, other] of theirs.entries())
      report(`${name}, ${others[index].name}`, ours, other)
  }
} finally {
  rmSync(scratch, { recursive: true })
}
