/**
 * `sawtooth overrun go`: Go's own runtime with lines of ours in it, measured beside itself without
 * them.
 */
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { carryOut, loadOfMachine } from './carry-out.ts'
import { criteriaOf } from './criterion.ts'
import { gorootOf } from './goroot.ts'
import { measureVariants } from './measure.ts'
import { help, parseGoOptions } from './options.ts'
import {
  BESIDE_HEAD,
  BESIDE_HEADS,
  besideRows,
  cellsOf,
  type GoVariantResults,
  HEADS,
  headOf,
  TIME_HEADS,
  TIMES_HEAD,
  timeCellsOf,
} from './results.ts'

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
  const before = loadOfMachine()
  return carryOut(
    'overrun go',
    signal,
    show => measureVariants(goroot, options, show, signal),
    ({ rows, counterparts }) => {
      const criteria = criteriaOf(rows)
      const results: GoVariantResults = {
        schema: 2,
        machine: thisMachine(goroot.version),
        command: ['sawtooth overrun go', ...argv].join(' '),
        load: [before, loadOfMachine()],
        rows,
        counterparts,
        seed: options.sawtooth,
        criteria,
      }
      print(`${headOf(results)}\n${formatTable(HEADS, rows.map(cellsOf))}\n`)
      print(`${TIMES_HEAD}\n${formatTable(TIME_HEADS, rows.map(timeCellsOf))}\n`)
      if (counterparts.length > 0)
        print(`${BESIDE_HEAD}\n${formatTable(BESIDE_HEADS, besideRows(results))}\n`)
      for (const { says, holds } of criteria) print(`${holds ? 'ok    ' : 'FAILED'}  ${says}\n`)
      return writeResults(criteria.every(({ holds }) => holds) ? 0 : 1, [
        { path: options.json, text: () => `${JSON.stringify(results)}\n` },
        // Loaded only when it is needed: that takes some hundred milliseconds.
        {
          path: options.report,
          text: async () => (await import('./page.ts')).goVariantsPage(results),
        },
      ])
    },
  )
}
