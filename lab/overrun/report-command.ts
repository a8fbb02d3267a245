/** `sawtooth overrun report`: one report of several results, each written by `--json`. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { given } from '../../runtime/given.ts'
import { writeOutput } from '../../runtime/output-file.ts'
import { outputFile, refuseOverwriting } from '../../runtime/output-paths.ts'
import { printable } from '../../runtime/printable.ts'
import { print } from '../../runtime/standard-streams.ts'
import { UsageError } from '../../runtime/usage-error.ts'
import type { OverrunResults } from './results.ts'

const help = `Draws one report of several results, each written by --json.

Usage:
  sawtooth overrun report FILE.json… --report FILE.html

Example:
  sawtooth overrun --quick --json sweep.json && sawtooth overrun costs --json costs.json
  sawtooth overrun report sweep.json costs.json --report overrun.html
`

/** @throws UsageError for an argument that is none, and for a file that holds no results */
export async function reportCommand(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv)
  if (values.help === true) {
    print(help)
    return 0
  }
  const file = outputFile(given('report', values.report))
  if (file === null || positionals.length === 0)
    throw new UsageError('overrun report needs FILE.json and --report FILE.html; see sawtooth overrun report --help')
  refuseOverwriting(
    [{ name: '--report', path: file }],
    positionals.map(path => ({ name: 'results', path: resolve(path) })),
  )
  const results = merged(positionals.map(readResults))
  const { reportHtml } = await import('./report/html.ts')
  await writeOutput(file, await reportHtml(results))
  print(`${printable(file)}\n`)
  return 0
}

function readArguments(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: { report: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    })
  } catch (error) {
    const said = error instanceof Error ? error.message.split('. ')[0] : String(error)
    throw new UsageError(`overrun report: ${said}; see sawtooth overrun report --help`)
  }
}

function readResults(file: string): OverrunResults {
  let results: OverrunResults
  try {
    results = JSON.parse(readFileSync(file, 'utf8')) as OverrunResults
  } catch (error) {
    throw new UsageError(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  if (results.schema !== 1 || !Array.isArray(results.cases))
    throw new UsageError(`${file} holds no results of sawtooth overrun: its schema must be 1`)
  return results
}

/** All results as if one command had measured them; machines are told apart by their commands alone, so they must be the same. */
function merged(all: readonly OverrunResults[]): OverrunResults {
  const first = all[0] as OverrunResults
  const other = all.find(({ machine }) => machine.cpu !== first.machine.cpu || machine.node !== first.machine.node)
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
