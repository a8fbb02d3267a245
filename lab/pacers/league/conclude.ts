/** Where the results of a league go, played or merged. */
import { writeFileSync } from 'node:fs'
import type { LeagueResults } from './results.ts'
import { formatLeague } from './table.ts'

export interface Files {
  readonly json: string | null
  readonly report: string | null
}

/** Prints the tables, writes the files. Returns 0, or 1 if a task failed. */
export async function conclude(results: LeagueResults, { json, report }: Files): Promise<number> {
  if (json !== null) writeFileSync(json, `${JSON.stringify(results)}\n`)
  if (report !== null) {
    // Loaded when it is needed.
    const { leagueHtml } = await import('./report.ts')
    writeFileSync(report, await leagueHtml(results))
  }
  process.stdout.write(formatLeague(results))
  return results.failed.length === 0 ? 0 : 1
}

/** The command line as a shell takes it. */
export function commandOf(command: string, argv: readonly string[]): string {
  const words = argv.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
  return ['sawtooth', 'pacers', command, ...words].join(' ')
}
