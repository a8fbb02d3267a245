/**
 * What of 'sawtooth' belongs to one run: its declaring functions, and the types that the runtime
 * declares. A module may call them late, in a promise that its program left behind, when its thread
 * serves another run.
 */
import { expectRun } from './current.ts'
import * as program from './program.ts'

type OfRun = Pick<
  typeof program,
  'array' | 'bytes' | 'chan' | 'global' | 'mutex' | 'struct' | 'task' | 'waitGroup'
>

/**
 * What belongs to the run with this number, which is served now. The functions hold only the
 * number: Node keeps a module for as long as its thread lives.
 */
export function programOfRun(number: number): OfRun {
  const expectOwnRun = (what: string): void => {
    if (expectRun(what).number !== number) throw new Error(`${what}: its run is over`)
  }
  const own = <F extends (...values: never[]) => unknown>(declare: F): F => {
    const checked = (...values: Parameters<F>): unknown => {
      expectOwnRun(declare.name)
      return declare(...values)
    }
    return checked as F
  }
  expectOwnRun("import of 'sawtooth'")
  const { bytes, mutex, waitGroup } = program
  return {
    ...{ bytes, mutex, waitGroup },
    struct: own(program.struct),
    array: own(program.array),
    chan: own(program.chan),
    task: own(program.task),
    global: own(program.global),
  }
}
