/** `sawtooth overrun go tests`: Go's own tests under variants of its runtime. */
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { formatMachine, thisMachine } from '../../machine.ts'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { carryOut, loadOfMachine } from '../go-variants/carry-out.ts'
import { gorootOf } from '../go-variants/goroot.ts'
import { measureGoTests } from './measure.ts'
import { parseTestsOptions, testsHelp } from './options.ts'
import {
  criteriaOf,
  type GoTestsResults,
  SLOWED_DOWN_HEADS,
  SUITE_HEADS,
  slowedDownCells,
  suiteCells,
} from './results.ts'

/**
 * The command.
 *
 * @param signal - ends the command: it cleans up and returns 130
 * @returns the exit code
 * @throws UsageError before anything is copied
 */
export async function testsCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const options = parseTestsOptions(argv)
  if (options.help) {
    print(testsHelp)
    return 0
  }
  const goroot = gorootOf(options.goroot)
  const before = loadOfMachine()
  return carryOut(
    'overrun go tests',
    signal,
    show => measureGoTests(goroot, options, show, signal),
    found => {
      const machine = thisMachine(goroot.version)
      const load = [before, loadOfMachine()] as const
      const criteria = criteriaOf(found)
      const command = ['sawtooth overrun go tests', ...argv].join(' ')
      const results: GoTestsResults = { schema: 1, machine, command, load, ...found, criteria }
      print(`${formatMachine(machine)}; load ${load[0]} before, ${load[1]} after\n`)
      if (found.suites.length > 0)
        print(`\n${formatTable(SUITE_HEADS, found.suites.map(suiteCells))}`)
      if (found.slowedDown.length > 0)
        print(`\n${formatTable(SLOWED_DOWN_HEADS, found.slowedDown.map(slowedDownCells))}`)
      print('\n')
      for (const { says, holds } of criteria) print(`${holds ? 'ok    ' : 'FAILED'}  ${says}\n`)
      return writeResults(criteria.every(({ holds }) => holds) ? 0 : 1, [
        { path: options.json, text: () => `${JSON.stringify(results)}\n` },
      ])
    },
  )
}
