/** Prints and writes the results of a league, played or merged. */
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { writeResults } from '../../write-results.ts'
import type { LeagueResults } from './results.ts'
import { formatLeague } from './table.ts'

export interface Files {
  readonly json: string | null
  readonly report: string | null
}

/**
 * Prints the tables, then writes the files. Returns 0; 1 if a task failed; else 4 if a file could
 * not be written.
 */
export async function conclude(results: LeagueResults, { json, report }: Files): Promise<number> {
  print(formatLeague(results))
  return writeResults(results.failed.length === 0 ? 0 : 1, [
    { path: json, text: () => `${JSON.stringify(results)}\n` },
    // Loaded only when it is needed.
    { path: report, text: async () => (await import('./report.ts')).leagueHtml(results) },
  ])
}

/** The command line in the form in which a shell takes it. */
export function commandOf(command: string, argv: readonly string[]): string {
  const words = argv.map(word =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  )
  return ['sawtooth', 'pacers', command, ...words].join(' ')
}
