// What #sync costs where it does nothing: hot paths of the build, against copies of it without the calls of step(), and without those and with
// Atomics in place of #sync. All on one P, in processes that take turns.
//   npm run bench:steps [-- --pairs N] [-- --only NAME,…]
//   node bench/steps.js --against DIST               the build against another one, such as another revision's
// Prints the fastest round of each process, since other programs can only slow one down, and at the end the median of the pairs' ratios:
// above 1 the build is slower than the other side.

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))

const measures = {
  allocate: { program: 'allocate', args: ['30', '4'], unit: 'ns per object' },
  'barrier-off': { program: 'store', args: ['off'], unit: 'ns per store' },
  'barrier-on': { program: 'store', args: ['on'], unit: 'ns per store' },
  poll: { program: 'poll', args: ['30', '4'], unit: 'ns per poll' },
  collect: { program: 'collect', args: ['7'], unit: 'ms per collection' },
}

const { values } = parseArgs({
  options: { pairs: { type: 'string', default: '7' }, against: { type: 'string' }, only: { type: 'string' } },
})
const pairs = Number(values.pairs)
const wanted = values.only?.split(',') ?? Object.keys(measures)
for (const name of wanted)
  if (!(name in measures)) fail(`--only takes ${Object.keys(measures).join(', ')}; not '${name}'`)
if (!(Number.isInteger(pairs) && pairs > 0)) fail(`--pairs must be a whole number above 0, not '${values.pairs}'`)

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

/** The module's own text in each file that imports it, but for the imported names: what they do is then the file's own. */
function withoutSync(text) {
  return withoutSteps(text).replaceAll(SYNC_IMPORT, (_, names) =>
    names
      .split(', ')
      .filter(name => name !== 'step')
      .map(name => `const ${name} = ${DIRECTLY[name] ?? `Atomics.${name}`};`)
      .join(' '),
  )
}

const DIRECTLY = {
  compareAndSwap:
    '(words, index, expected, value) => Atomics.compareExchange(words, index, expected, value) === expected',
  notify: '(words, index, count = Number.POSITIVE_INFINITY) => Atomics.notify(words, index, count)',
  now: '() => performance.now()',
  scheduling: 'null',
}

const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-bench-'))

/** A package of its own, with a build that may be rewritten. */
function side(name, dist, rewrite = text => text) {
  if (!existsSync(join(dist, 'runtime/command-line.js'))) fail(`${dist} is no build: it has no runtime/command-line.js`)
  const folder = join(scratch, name.replaceAll(' ', '-'))
  const owner = existsSync(join(dist, '../package.json')) ? join(dist, '..') : root
  cpSync(dist, join(folder, 'dist'), { recursive: true })
  cpSync(join(owner, 'package.json'), join(folder, 'package.json'))
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
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

const build = join(root, 'dist')
const sides =
  values.against === undefined
    ? [side('the build', build), side('without steps', build, withoutSteps), side('without sync', build, withoutSync)]
    : [side('the build', build), side('the other', resolve(values.against))]

// ————— the runs

const median = numbers => numbers.slice().sort((a, b) => a - b)[numbers.length >> 1]

/** The fastest round. */
function run({ folder }, { program, args }) {
  const inDist = path => pathToFileURL(join(folder, 'dist', path)).href
  const printed = execFileSync(
    process.execPath,
    [
      join(folder, 'bin/sawtooth.js'),
      ...['run', join(root, `bench/programs/${program}.ts`), '--procs', '1', '--', ...args],
    ],
    {
      env: {
        ...process.env,
        BENCH_CONTROL: inDist('heap/layout/control.js'),
        BENCH_CURRENT: inDist('runtime/current.js'),
      },
      stdio: ['ignore', 'pipe', 'pipe'], // what it says on stderr is in the error, if it fails,
    },
  )
  return Math.min(...printed.toString().trim().split('\n').map(Number).filter(Number.isFinite))
}

try {
  console.log(`${process.version}, ${cpus().length} × ${cpus()[0].model}, ${pairs} pairs; the build against`)
  const [, ...others] = sides
  for (const { name, changed } of others) console.log(`  ${name}${changed > 0 ? `: ${changed} files differ` : ''}`)
  const ratios = new Map(wanted.map(name => [name, others.map(() => [])]))
  for (let pair = 0; pair < pairs; pair++) {
    for (const name of wanted) {
      const order = pair % 2 === 0 ? sides : sides.toReversed()
      const taken = new Map(order.map(each => [each, run(each, measures[name])]))
      const [ours, ...theirs] = sides.map(each => taken.get(each))
      for (const [index, value] of theirs.entries()) ratios.get(name)[index].push(ours / value)
      console.log(`${name}: ${[ours, ...theirs].map(value => value.toFixed(2)).join(', ')} ${measures[name].unit}`)
    }
  }
  console.log('')
  for (const [name, each] of ratios) {
    for (const [index, found] of each.entries()) {
      const all = found.slice().sort((a, b) => a - b)
      console.log(
        `${name}, against ${others[index].name}: median ratio ${median(found).toFixed(3)} (${all[0].toFixed(3)} to ${all.at(-1).toFixed(3)})`,
      )
    }
  }
} finally {
  rmSync(scratch, { recursive: true })
}
