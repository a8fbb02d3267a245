/** `sawtooth overrun go price`: what variants of Go's runtime cost programs. */
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { formatTable } from '../../table.ts'
import { writeResults } from '../../write-results.ts'
import { carryOut, type GoCommand } from '../go-variants/carry-out.ts'
import { formatProvenance } from '../go-variants/provenance.ts'
import { measurePrice, type PriceRuns } from './measure.ts'
import { type PriceCommandOptions, parsePriceOptions, priceHelp } from './options.ts'
import {
  blocksOf,
  FIGURE_HEADS,
  figureCells,
  type PriceResults,
  RATIO_HEADS,
  ratioCells,
  summaryOf,
  titleOf,
} from './results.ts'

const command: GoCommand<PriceCommandOptions, readonly PriceRuns[]> = {
  name: 'overrun go price',
  help: priceHelp,
  parse: parsePriceOptions,
  measure: measurePrice,
  conclude(found, { pairs, json, report }, provenance) {
    const blocks = blocksOf(found)
    const results: PriceResults = { schema: 1, ...provenance, blocks }
    print(`${formatProvenance(results)}; ratios to base, ${pairs} rounds\n`)
    for (const { situation, rows } of blocks)
      print(
        `\n${titleOf(situation)}\n${formatTable(RATIO_HEADS, ratioCells(rows))}` +
          `\n${formatTable(FIGURE_HEADS, figureCells(rows))}`,
      )
    print(`\n${summaryOf(blocks).join('\n')}\n`)
    return writeResults(0, [
      { path: json, text: () => `${JSON.stringify(results)}\n` },
      // Loaded only when it is needed: that takes some hundred milliseconds.
      { path: report, text: async () => (await import('./page.ts')).pricePage(results) },
    ])
  },
}

/** The command, with the arguments behind `price` (carry-out.ts). */
export function priceCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  return carryOut(command, argv, signal)
}
