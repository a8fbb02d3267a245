/** `sawtooth overrun go price`: what variants of Go's runtime cost programs. */
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { carryOut, loadOfMachine } from '../go-variants/carry-out.ts'
import { gorootOf } from '../go-variants/goroot.ts'
import { measurePrice } from './measure.ts'
import { parsePriceOptions, priceHelp } from './options.ts'
import {
  blocksOf,
  FIGURE_HEADS,
  figureCells,
  headOf,
  type PriceResults,
  RATIO_HEADS,
  ratioCells,
  summaryOf,
  titleOf,
} from './results.ts'

/**
 * The command.
 *
 * @param signal - ends the command: it cleans up and returns 130
 * @returns the exit code
 * @throws UsageError before anything is copied
 */
export async function priceCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const options = parsePriceOptions(argv)
  if (options.help) {
    print(priceHelp)
    return 0
  }
  const goroot = gorootOf(options.goroot)
  const before = loadOfMachine()
  return carryOut(
    'overrun go price',
    signal,
    show => measurePrice(goroot, options, show, signal),
    found => {
      const blocks = blocksOf(found)
      const results: PriceResults = {
        schema: 1,
        machine: thisMachine(goroot.version),
        command: ['sawtooth overrun go price', ...argv].join(' '),
        load: [before, loadOfMachine()],
        blocks,
      }
      print(`${headOf(results)}; ratios to base, ${options.pairs} rounds\n`)
      for (const { situation, rows } of blocks)
        print(
          `\n${titleOf(situation)}\n${formatTable(RATIO_HEADS, ratioCells(rows))}` +
            `\n${formatTable(FIGURE_HEADS, figureCells(rows))}`,
        )
      print(`\n${summaryOf(blocks).join('\n')}\n`)
      return writeResults(0, [
        { path: options.json, text: () => `${JSON.stringify(results)}\n` },
        // Loaded only when it is needed: that takes some hundred milliseconds.
        { path: options.report, text: async () => (await import('./page.ts')).pricePage(results) },
      ])
    },
  )
}
