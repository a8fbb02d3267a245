/**
 * 'sawtooth' as the modules of one run find it. Each run imports this file afresh under its number,
 * as `run-program.js?run=17`.
 */
// Not the global URL, whose use would count as the program's (touched.ts).
import { URL } from 'node:url'
import { programOfRun } from './program-of-run.ts'

export * from './program.ts'

export const { array, bytes, chan, global, mutex, struct, task, waitGroup } = programOfRun(
  Number(new URL(import.meta.url).searchParams.get('run')),
)
