/**
 * `sawtooth overrun go`: Go's own runtime with lines of ours in it, measured beside itself without
 * them.
 */
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { carryOut, type GoCommand } from './carry-out.ts'
import { criteriaOf } from './criterion.ts'
import { type GoVariantsFound, measureVariants } from './measure.ts'
import { type GoCommandOptions, help, parseGoOptions } from './options.ts'
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

const command: GoCommand<GoCommandOptions, GoVariantsFound> = {
  name: 'overrun go',
  help,
  parse: parseGoOptions,
  measure: measureVariants,
  conclude({ rows, counterparts }, { sawtooth: seed, json, report }, provenance) {
    const criteria = criteriaOf(rows)
    const results: GoVariantResults = {
      ...{ schema: 2, ...provenance },
      ...{ rows, counterparts, seed, criteria },
    }
    print(`${headOf(results)}\n${formatTable(HEADS, rows.map(cellsOf))}\n`)
    print(`${TIMES_HEAD}\n${formatTable(TIME_HEADS, rows.map(timeCellsOf))}\n`)
    if (counterparts.length > 0)
      print(`${BESIDE_HEAD}\n${formatTable(BESIDE_HEADS, besideRows(results))}\n`)
    for (const { says, holds } of criteria) print(`${holds ? 'ok    ' : 'FAILED'}  ${says}\n`)
    return writeResults(criteria.every(({ holds }) => holds) ? 0 : 1, [
      { path: json, text: () => `${JSON.stringify(results)}\n` },
      // Loaded only when it is needed: that takes some hundred milliseconds.
      { path: report, text: async () => (await import('./page.ts')).goVariantsPage(results) },
    ])
  },
}

/** The command, with the arguments behind `go` (carry-out.ts). */
export function goCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  return carryOut(command, argv, signal)
}
