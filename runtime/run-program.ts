/**
 * 'sawtooth' as the modules of one run find it. Each run imports this file afresh, under its number: `run-program.js?run=17`. Its declaring functions and built-in types
 * are those of that run only. A module may call them late, in a promise that its program left behind, and the thread may serve another run by then.
 */
import { expectRun } from './current.ts'
import * as program from './program.ts'

export * from './program.ts'

const number = Number(new URL(import.meta.url).searchParams.get('run'))
expectOwnRun("import of 'sawtooth'")

// No reference to the run is kept: Node keeps this module for as long as the thread lives.
function expectOwnRun(what: string): void {
  if (expectRun(what).number !== number) throw new Error(`${what}: its run is over`)
}

/** The same function, for as long as the run is served. */
function ofRun<F extends (...values: never[]) => unknown>(declare: F): F {
  const own = (...values: Parameters<F>): unknown => {
    expectOwnRun(declare.name)
    return declare(...values)
  }
  return own as F
}

export const struct = ofRun(program.struct)
export const array = ofRun(program.array)
export const chan = ofRun(program.chan)
export const task = ofRun(program.task)
export const global = ofRun(program.global)
export const { bytes, mutex, waitGroup } = program
