/** `sawtooth overrun report`: one report of several results that `--json` wrote. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { given } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { writeOutput } from 'sawtooth/internal/runtime/output/output-file'
import { refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { itemAt } from '../indexed.ts'
import { oneLine, readAs } from '../json.ts'
import { readArguments } from '../read-arguments.ts'
import type { OverrunResults } from './results.ts'
import { resultsShape } from './results-shape.ts'

const help = `Draws one report of several results, each written by --json.

Usage:
  sawtooth overrun report FILE.json… --report FILE.html

Example:
  sawtooth overrun --quick --json sweep.json && sawtooth overrun costs --json costs.json
  sawtooth overrun report sweep.json costs.json --report overrun.html
`

/** @throws UsageError for an argument that is none, and for a file that holds no results */
export async function reportCommand(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments('overrun report', () =>
    parseArgs({
      args: [...argv],
      options: { report: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    }),
  )
  if (values.help === true) {
    print(help)
    return 0
  }
  const file = outputFile(given('report', values.report))
  if (file === null || positionals.length === 0)
    throw new UsageError(
      'overrun report needs FILE.json and --report FILE.html; see sawtooth overrun report --help',
    )
  refuseOverwriting(
    [{ name: '--report', path: file }],
    positionals.map(path => ({ name: 'results', path: resolve(path) })),
  )
  const all = positionals.map(one => readAs(one, resultsShape))
  await expectCharts(all, positionals)
  const { reportHtml } = await import('./report/html.ts')
  await writeOutput(file, await reportHtml(merged(all)))
  print(`${printable(file)}\n`)
  return 0
}

/** Draws each chart once: whether a specification can be drawn is only seen by drawing it. */
async function expectCharts(
  all: readonly OverrunResults[],
  files: readonly string[],
): Promise<void> {
  const { draw } = await import('../report/draw.ts')
  for (const [index, { experiments }] of all.entries())
    for (const [at, { chart, title }] of experiments.entries()) {
      if (Object.keys(chart).length === 0) continue
      const complaint = await draw(chart, title).then(() => null, inWords)
      if (complaint !== null)
        throw new UsageError(
          `${files[index]}: experiments[${at}].chart cannot be drawn: ${complaint}`,
        )
    }
}

/**
 * All results as if one command had measured them. A report shows only one machine, so all of them
 * must be from the same.
 */
function merged(all: readonly OverrunResults[]): OverrunResults {
  const first = itemAt(all, 0)
  const other = all.find(
    ({ machine }) => machine.cpu !== first.machine.cpu || machine.node !== first.machine.node,
  )
  if (other !== undefined)
    throw new UsageError(
      `the results are of different machines: ${first.machine.cpu}, Node ${first.machine.node}, and ${other.machine.cpu}, Node ${other.machine.node}`,
    )
  return {
    schema: 1,
    machine: all.find(({ machine }) => machine.go !== null)?.machine ?? first.machine,
    command: all.map(({ command }) => command).join('\n'),
    cases: all.flatMap(({ cases }) => cases),
    costs: all.flatMap(({ costs }) => costs),
    experiments: all.flatMap(({ experiments }) => experiments),
    criteria: all.flatMap(({ criteria }) => criteria),
  }
}

/** Vega's TypeErrors tell only of its own internals. */
function inWords(error: Error): string {
  return error instanceof TypeError ? 'Vega-Lite knows no such form' : oneLine(error.message)
}
