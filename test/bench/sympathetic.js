// What helps a program with its collector: fewer allocations, fewer cycles, or another number of
// goroutines. Runs examples/freq.ts in variants that take turns, each in a process of its own, and
// prints for each the medians over its rounds.
//   node test/bench/sympathetic.js [--rounds N] [--requests N] [--json FILE] [--report FILE]
// Then what marking costs for each MiB that lives, in a program of many small objects.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { formatMachine, thisMachine } from '../../dist/lab/machine.js'
import { draw } from '../../dist/lab/report/draw.js'
import { html, Markup } from '../../dist/lab/report/markup.js'
import { STYLE } from '../../dist/lab/report/style.js'
import { formatRows } from '../../dist/lab/table.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const MIB = 2 ** 20

/** Each differs from `as it was` in one thing. */
const variants = {
  'as it was': { args: ['--copies'], options: [] },
  'no copies': { args: [], options: [] },
  'GOGC 200': { args: ['--copies'], options: ['--gogc', '200'] },
  'GOGC 400': { args: ['--copies'], options: ['--gogc', '400'] },
  '1 worker': { args: ['--copies', '--workers', '1'], options: [] },
  '64 workers': { args: ['--copies', '--workers', '64'], options: [] },
  '1000 workers': { args: ['--copies', '--workers', '1000'], options: [] },
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    requests: { type: 'string', default: '2000' },
    procs: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
    report: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(`Answers requests with fewer allocations, fewer cycles, or other numbers of goroutines, in turn.

Usage:
  node test/bench/sympathetic.js [options]

  --rounds N      how often each (default: 3)
  --requests N    requests of a run (default: 2000)
  --procs N       Ps, 1 to 64 (default: 2)
  --seed N        seed of every run (default: 1)
  --json FILE     the rows
  --report FILE   a page with charts

Example:
  node test/bench/sympathetic.js --rounds 5 --report sympathetic.html`)
  process.exit()
}
for (const [name, most] of [
  ['rounds', 1000],
  ['requests', 1e6],
  ['procs', 64],
])
  if (!/^[1-9]\d*$/.test(values[name]) || Number(values[name]) > most)
    fail(`--${name} must be a whole number from 1 to ${most}, not '${values[name]}'`)
if (!/^\d+$/.test(values.seed) || Number(values.seed) >= 2 ** 32)
  fail(`--seed must be a whole number from 0 to 4294967295, not '${values.seed}'`)

function fail(message) {
  console.error(message)
  process.exit(2)
}

const scratch = mkdtempSync(join(tmpdir(), 'sawtooth-bench-'))
const recordFile = join(scratch, 'run.json')

/** Runs a program. Returns its record, and what it printed. */
function run(program, options, args) {
  const printed = execFileSync(
    process.execPath,
    [
      ...[join(root, 'bin/sawtooth.js'), 'run', join(root, program)],
      ...['--procs', values.procs, '--seed', values.seed, '--json', recordFile, ...options],
      ...['--', ...args],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' },
  )
  return { printed, record: JSON.parse(readFileSync(recordFile, 'utf8')) }
}

const sum = numbers => numbers.reduce((all, one) => all + one, 0)

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** What a run of freq came to. */
function measured({ record }) {
  const { cycles, activeMs, memStats, allocations, cycleCount } = record
  if (cycleCount < 2) fail(`no two cycles in ${values.requests} requests: more are needed`)
  return {
    'ms in all': activeMs,
    'MiB allocated': allocations.bytes / MIB,
    cycles: cycleCount,
    'requests per cycle': Number(values.requests) / cycleCount,
    'ms per cycle': (cycles.at(-1).startMs - cycles[0].startMs) / (cycleCount - 1),
    'MiB peak': Math.max(...cycles.map(({ heapAtMarkEnd }) => heapAtMarkEnd)) / MIB,
    'GC CPU %': 100 * memStats.GCCPUFraction,
    'µs stopped in a cycle': median(
      cycles.map(({ stwSetupUs, stwTerminationUs }) => stwSetupUs + stwTerminationUs),
    ),
  }
}

/** What the marks of a run cost: CPU time of marking, and of all Ps, by bytes. */
function markingCost({ record }) {
  const { cycles, procs } = record
  const workMs = sum(cycles.flatMap(({ cpuMs }) => Object.values(cpuMs)))
  const scanned = sum(cycles.flatMap(({ scanWork }) => Object.values(scanWork)))
  const marked = sum(cycles.map(({ heapMarked }) => heapMarked))
  const capacityMs = procs * sum(cycles.map(({ markMs }) => markMs))
  return {
    cycles: cycles.length,
    'MiB live': marked / cycles.length / MIB,
    'MiB scanned by 1 ms of marking': scanned / MIB / workMs,
    'CPU-ms of marking for 1 MiB live': workMs / (marked / MIB),
    'CPU-ms of all Ps for 1 MiB live': capacityMs / (marked / MIB),
  }
}

/** The median of each value over the rounds. */
function mediansOf(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map(name => [name, median(rounds.map(round => round[name]))]),
  )
}

function inTurns() {
  const names = Object.keys(variants)
  const taken = Object.fromEntries(names.map(name => [name, []]))
  const answers = new Set()
  const rounds = Number(values.rounds)
  for (let round = 0; round < rounds; round++)
    for (const [index, name] of names.entries()) {
      progress(`round ${round + 1} of ${rounds}, ${name} (${index + 1} of ${names.length})`)
      const { options, args } = variants[name]
      const done = run('examples/freq.ts', options, ['--requests', values.requests, ...args])
      answers.add(done.printed)
      taken[name].push(measured(done))
    }
  if (answers.size > 1) throw new Error(`variants answer differently: ${[...answers].join('')}`)
  return names.map(name => ({ variant: name, ...mediansOf(taken[name]) }))
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}\x1b[K`)
}

const shown = value => (typeof value === 'number' ? Number(value.toPrecision(3)) : value)
const readable = rows =>
  rows.map(row => Object.fromEntries(Object.entries(row).map(([key, one]) => [key, shown(one)])))

function barsOf(rows, field) {
  return {
    ...{ width: 420, height: { step: 22 }, title: field, data: { values: rows } },
    mark: { type: 'bar', color: '#3f88c5' },
    encoding: {
      x: { field, type: 'quantitative', title: null },
      y: { field: 'variant', type: 'nominal', sort: null, title: null },
    },
  }
}

async function page(machine, rows, marking) {
  const fields = ['requests per cycle', 'ms per cycle', 'ms in all', 'GC CPU %', 'MiB peak']
  const charts = []
  for (const field of fields) charts.push(await draw(barsOf(rows, field), `${field}, by variant`))
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Being sympathetic with the collector</title>
<style>${new Markup(STYLE)}</style></head><body><main>
<h1>Being sympathetic with the collector</h1>
<p>${settings(machine)}</p>
${charts.map(chart => html`<figure>${chart}</figure>`)}
<pre>${formatRows(readable(rows))}</pre><pre>${formatRows(readable([marking]))}</pre>
</main></body></html>
`
}

function settings(machine) {
  return `examples/freq.ts, ${values.requests} requests; ${values.procs} P on ${machine}; medians of ${values.rounds} rounds, seed ${values.seed}`
}

try {
  const machine = formatMachine(thisMachine(null))
  const rows = inTurns()
  progress('marking')
  const marking = markingCost(run('examples/gcbench.ts', [], []))
  progress('')
  console.log(settings(machine))
  console.log(formatRows(readable(rows)))
  console.log('examples/gcbench.ts, once')
  console.log(formatRows(readable([marking])))
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ schema: 1, machine, settings: values, rows, marking }, null, 2)}\n`,
    )
  if (values.report !== undefined)
    writeFileSync(values.report, (await page(machine, rows, marking)).text)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
