// Sawtooth against Go on the same machine, in turn, with one P: objects of 16 bytes that are
// allocated and dropped, and gc() over a tree of 4,194,303 nodes.
//   npm run bench [-- --pairs N]
//     needs Go (Debian's golang), on the PATH or where it is installed
// Prints the median of each side's rounds for each pair, and the median of the pairs' ratios: below
// 1 Sawtooth is faster.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { theGo } from '../../dist/lab/overrun/find-go.js'

const { pairs, help } = parseArgs({
  options: { pairs: { type: 'string', default: '5' }, help: { type: 'boolean' } },
}).values
if (help) {
  console.log(`Allocates, and collects a tree, here and in Go, in turn. Needs Go.

Usage:
  npm run bench -- [--pairs N]

  --pairs N   how often each (default: 5)

Example:
  npm run bench -- --pairs 11`)
  process.exit()
}
const here = path => fileURLToPath(new URL(path, import.meta.url))
const env = { ...process.env, GOMAXPROCS: '1' }
const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-bench-'))

const median = values => values.slice().sort((a, b) => a - b)[values.length >> 1]
const numbers = text => text.trim().split('\n').map(Number).filter(Number.isFinite)

function ours(name) {
  return median(
    numbers(
      execFileSync(
        process.execPath,
        [here('../../bin/sawtooth.js'), 'run', here(`programs/${name}.ts`), '--procs', '1'],
        {
          env,
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      ).toString(),
    ),
  )
}

function gos(name, pattern) {
  return Number(pattern.exec(execFileSync(join(scratch, name), { env }).toString())[1])
}

const go = theGo()
const version = execFileSync(go, ['version']).toString().trim()
console.log(`${process.version}, ${version}, ${cpus().length} × ${cpus()[0].model}`)
for (const [name, unit, pattern] of [
  ['allocate', 'ns per object', /([\d.]+) ns per object/],
  ['collect', 'ms per collection', /median ([\d.]+) ms/],
]) {
  execFileSync(go, ['build', '-o', join(scratch, name), here(`go/${name}.go`)])
  const ratios = []
  for (let pair = 0; pair < Number(pairs); pair++) {
    const [we, they] =
      pair % 2 === 0 ? [ours(name), gos(name, pattern)] : [gos(name, pattern), ours(name)].reverse()
    ratios.push(we / they)
    console.log(
      `${name}: sawtooth ${we.toFixed(2)}, go ${they.toFixed(2)} ${unit}; ratio ${(we / they).toFixed(3)}`,
    )
  }
  console.log(`${name}: median ratio ${median(ratios).toFixed(3)} of ${pairs} pairs`)
}
rmSync(scratch, { recursive: true })
