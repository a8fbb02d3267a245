/**
 * `sawtooth overrun go`: Go's own runtime with lines of ours in it, measured beside itself without
 * them.
 */
import { loadavg } from 'node:os'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { Progress } from '../../progress.ts'
import { FailedRun } from '../../run.ts'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { criteriaOf } from './criterion.ts'
import { gorootOf } from './goroot.ts'
import { measureVariants } from './measure.ts'
import { help, parseGoOptions } from './options.ts'
import { cellsOf, type GoVariantResults, HEADS, headOf } from './results.ts'

/**
 * The command.
 *
 * @param signal - ends the command: it cleans up and returns 130
 * @returns the exit code
 * @throws UsageError before anything is copied
 */
export async function goCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const options = parseGoOptions(argv)
  if (options.help) {
    print(help)
    return 0
  }
  const goroot = gorootOf(options.goroot)
  const progress = new Progress()
  const before = loadOfMachine()
  const show = (text: string): void => progress.show(`overrun go: ${text}`)
  try {
    const rows = await measureVariants(goroot, options, show, signal)
    progress.erase()
    const criteria = criteriaOf(rows)
    const results: GoVariantResults = {
      schema: 1,
      machine: thisMachine(goroot.version),
      command: ['sawtooth overrun go', ...argv].join(' '),
      load: [before, loadOfMachine()],
      rows,
      criteria,
    }
    print(`${headOf(results)}\n${formatTable(HEADS, rows.map(cellsOf))}\n`)
    for (const { says, holds } of criteria) print(`${holds ? 'ok    ' : 'FAILED'}  ${says}\n`)
    return await writeResults(criteria.every(({ holds }) => holds) ? 0 : 1, [
      { path: options.json, text: () => `${JSON.stringify(results)}\n` },
      // Loaded only when it is needed: that takes some hundred milliseconds.
      {
        path: options.report,
        text: async () => (await import('./page.ts')).goVariantsPage(results),
      },
    ])
  } catch (error) {
    progress.erase()
    if (signal.aborted) return 130
    if (!(error instanceof FailedRun)) throw error
    say(`sawtooth: overrun go: ${printable(error.message)}\n`)
    return 1
  }
}

function loadOfMachine(): number {
  return Number((loadavg()[0] ?? 0).toFixed(2))
}
