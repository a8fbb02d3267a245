// What the kinds of the barrier, of marks and of stack scans cost whole programs: each program
// under two kinds, in processes that take turns, the first of a pair another each time.
//   npm run bench:kinds [-- --pairs N] [-- --only NAME,…] [-- --of barrier|marks|stack-scans]
// Prints for each program the median of the pairs' ratios, the first kind over the second, of the
// time on the clock and of the collector's CPU, with its 95 % interval.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { FEWEST, medianInterval } from '../../dist/lab/overrun/quantile-interval.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

const programs = {
  'binary-trees': { path: 'examples/binary-trees.ts', args: [] },
  lru: { path: 'examples/lru-cache.ts', args: [] },
  swaps: { path: 'test/bench/programs/swaps.ts', args: [] },
}

/** The two kinds of each option. The ratios are of the first over the second. */
const kinds = {
  barrier: ['atomic', 'plain'],
  marks: ['atomic', 'plain'],
  'stack-scans': ['any', 'owner'],
}

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '40' },
    only: { type: 'string' },
    of: { type: 'string', default: 'barrier' },
    procs: { type: 'string', default: '2' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(`Times whole programs with both kinds of barriers, marks, or stack scans, in turn.

Usage:
  npm run bench:kinds -- [options]

  --pairs N        how often each, from ${FEWEST} (default: 40)
  --only NAME,…    of ${Object.keys(programs).join(', ')}
  --of OPTION      ${Object.keys(kinds).join(', ')} (default: barrier)
  --procs N        Ps (default: 2)

Example:
  npm run bench:kinds -- --pairs 11 --only lru --of marks`)
  process.exit()
}
const pairs = Number(values.pairs)
const wanted = values.only?.split(',') ?? Object.keys(programs)
for (const name of wanted)
  if (!(name in programs)) fail(`--only takes ${Object.keys(programs).join(', ')}; not '${name}'`)
if (!(Number.isInteger(pairs) && pairs >= FEWEST))
  fail(`--pairs must be a whole number from ${FEWEST}, not '${values.pairs}'`)
if (!(values.of in kinds))
  fail(`--of must be one of ${Object.keys(kinds).join(', ')}, not '${values.of}'`)
const [first, second] = kinds[values.of]

function fail(message) {
  console.error(message)
  process.exit(2)
}

const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-bench-'))
const json = join(scratch, 'run.json')

/** Time on the clock, and CPU of the collector, in ms. */
function run({ path, args }, kind) {
  execFileSync(
    process.execPath,
    [
      join(root, 'bin/sawtooth.js'),
      ...['run', join(root, path), '--procs', values.procs, `--${values.of}`, kind],
      ...['--json', json, '--seed', '1', '--', ...args],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const { wallMs, cycles } = JSON.parse(readFileSync(json, 'utf8'))
  const collector = cycles.flatMap(({ cpuMs }) => Object.values(cpuMs))
  return { wall: wallMs, collector: collector.reduce((sum, ms) => sum + ms, 0) }
}

function report(title, ratios) {
  const { median, low, high } = medianInterval(ratios)
  console.log(
    `${title}: median ${median.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`,
  )
}

try {
  console.log(
    `${process.version}, ${cpus().length} × ${cpus()[0].model}, ${values.procs} P, ${pairs} pairs; ${values.of}: ${first} over ${second}`,
  )
  for (const name of wanted) {
    const ratios = { wall: [], collector: [] }
    for (let pair = 0; pair < pairs; pair++) {
      const order = pair % 2 === 0 ? [first, second] : [second, first]
      const taken = {}
      for (const kind of order) taken[kind] = run(programs[name], kind)
      for (const measure of ['wall', 'collector'])
        ratios[measure].push(taken[first][measure] / taken[second][measure])
      if (process.stderr.isTTY) process.stderr.write(`\r${name} ${pair + 1} of ${pairs}\x1b[K`)
    }
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    report(`${name}, time`, ratios.wall)
    report(`${name}, CPU of the collector`, ratios.collector)
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
