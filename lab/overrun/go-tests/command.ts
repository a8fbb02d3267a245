/** `sawtooth overrun go tests`: Go's own tests under variants of its runtime. */
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { carryOut, type GoCommand } from '../go-variants/carry-out.ts'
import { formatProvenance } from '../go-variants/provenance.ts'
import { type GoTestsFound, measureGoTests } from './measure.ts'
import { type GoTestsCommandOptions, parseTestsOptions, testsHelp } from './options.ts'
import {
  criteriaOf,
  type GoTestsResults,
  SLOWED_DOWN_HEADS,
  SUITE_HEADS,
  slowedDownCells,
  suiteCells,
} from './results.ts'

const command: GoCommand<GoTestsCommandOptions, GoTestsFound> = {
  name: 'overrun go tests',
  help: testsHelp,
  parse: parseTestsOptions,
  measure: measureGoTests,
  conclude({ suites, slowedDown }, { json }, provenance) {
    const criteria = criteriaOf({ suites, slowedDown })
    const results: GoTestsResults = {
      ...{ schema: 1, ...provenance },
      ...{ suites, slowedDown, criteria },
    }
    print(`${formatProvenance(provenance)}\n`)
    if (suites.length > 0) print(`\n${formatTable(SUITE_HEADS, suites.map(suiteCells))}`)
    if (slowedDown.length > 0)
      print(`\n${formatTable(SLOWED_DOWN_HEADS, slowedDown.map(slowedDownCells))}`)
    print('\n')
    for (const { says, holds } of criteria) print(`${holds ? 'ok    ' : 'FAILED'}  ${says}\n`)
    return writeResults(criteria.every(({ holds }) => holds) ? 0 : 1, [
      { path: json, text: () => `${JSON.stringify(results)}\n` },
    ])
  },
}

/** The command, with the arguments behind `tests` (carry-out.ts). */
export function testsCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  return carryOut(command, argv, signal)
}
