/** What draws the report of `--report`; null: this version has none. */
import type { OverrunResults } from './results.ts'

export type WriteReport = (results: OverrunResults) => Promise<string>

/** `reportHtml` of report/html.ts. */
export const writeReport: WriteReport | null = null
