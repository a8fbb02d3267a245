// Runs every example in many ways, in one warm process: the result may depend on neither the number
// of Ps, nor GOGC, nor the checks.
//   node test/matrix.js            all: procs 1, 2, 3, 4, 6, 8 × GOGC 10, 100, off × plain and
//                                  --check; the small sizes under --zeal 1
//   node test/matrix.js --slice    the small sizes, on 1 P plain, and on 4 with --check and
//                                  --zeal 1; npm test has --zeal 30
// Prints what it runs, then one line of JSON with the counts. Exits with 1 if a result was wrong or
// a wait was rescued.
import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { Runtime } from '../dist/runtime/host/host.js'

const { slice, zeal, help } = parseArgs({
  options: {
    slice: { type: 'boolean' },
    zeal: { type: 'string', default: '1' },
    help: { type: 'boolean' },
  },
}).values
if (help) {
  console.log(`Runs every example many ways, and compares what it prints.

Usage:
  npm run test:matrix -- [--slice] [--zeal N]

  --slice    the small sizes, on 1 P plain and on 4 checked (default: 1 to 8 Ps, GOGC 10, 100 and off too)
  --zeal N   the small sizes collect before one randomly chosen allocation in every N (default: 1)

Exit: 0 every result is right, 1 one is not.

Example:
  npm run test:matrix -- --slice`)
  process.exit()
}
const table = JSON.parse(readFileSync(new URL('matrix/examples.json', import.meta.url), 'utf8'))

function* runs() {
  for (const row of table) {
    const small = row.size === 'small'
    if (slice && !small) continue
    if (row.size !== 'default' && !small) continue
    const procs = slice ? [1, 4] : [1, 2, 3, 4, 6, 8]
    for (const p of procs) {
      if (small && !(slice && p === 1)) yield { row, options: { procs: p, zeal, check: true } }
      if (slice && p === 4) continue
      if (small && !slice) continue
      for (const gogc of slice ? [10] : [10, 100, 'off']) {
        yield { row, options: { procs: p, gogc } }
        if (!slice) yield { row, options: { procs: p, gogc, check: true } }
      }
    }
  }
}

function collect() {
  const chunks = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, text: () => Buffer.concat(chunks).toString() }
}

const began = performance.now()
const counts = { runs: 0, wrong: 0, rescues: 0, cycles: 0 }
const runtime = new Runtime()
for (const { row, options } of runs()) {
  const out = collect()
  const err = collect()
  const start = performance.now()
  const record = await runtime.run(
    new URL(`../examples/${row.example}.ts`, import.meta.url).pathname,
    {
      ...options,
      args: row.args,
      stdout: out.stream,
      stderr: err.stream,
    },
  )
  const right = record.exit === 0 && out.text() === row.stdout
  counts.runs++
  counts.cycles += record.cycles.length
  counts.rescues += record.rescues
  const what = Object.entries(options)
    .map(([name, value]) => (value === true ? name : `${name} ${value}`))
    .join(', ')
  const seconds = ((performance.now() - start) / 1000).toFixed(2)
  if (!right || record.rescues > 0 || !slice) {
    console.log(
      `${right ? 'ok   ' : 'WRONG'} ${row.example} ${row.args.join(' ')} (${what}): ${record.cycles.length} cycles, ${seconds} s`,
    )
  }
  if (right) continue
  counts.wrong++
  console.log(
    `  seed ${record.seed}, exit ${record.exit}, ${record.rescues} rescues\n${err.text()}`,
  )
  console.log(
    `  printed:  ${JSON.stringify(out.text().slice(0, 400))}\n  expected: ${JSON.stringify(row.stdout.slice(0, 400))}`,
  )
}
await runtime.close()
if (slice) console.log(`slice: the small sizes, procs 1 and 4: GOGC 10, and --check --zeal ${zeal}`)
console.log(JSON.stringify({ ...counts, seconds: Math.round((performance.now() - began) / 1000) }))
process.exitCode = counts.wrong + counts.rescues > 0 ? 1 : 0
