// Ends the run with an error that nobody catches (../endings.ts). It is announced first: an end
// that was announced must come.
import { bytes, nil, select, sleep } from 'sawtooth'
import { ANNOUNCEMENT, type Ending } from '../endings.ts'
import { endless, LARGER_THAN_ANY_ARENA } from './mistakes.ts'
import { Crates } from './world.ts'

export function* endRun(how: Ending, stamp: number): Generator<unknown, void, unknown> {
  console.log(`${ANNOUNCEMENT}${how}`)
  switch (how) {
    case 'error':
      throw new Error(`the soak ends ${stamp}`)
    case 'typed':
      throw new TypeError(`the soak ends ${stamp}`)
    case 'text':
      throw `the soak ends ${stamp}`
    case 'nothing':
      throw undefined
    case 'object':
      throw { stamp }
    case 'proxy':
      throw new Proxy({}, { get: () => fail(stamp), getPrototypeOf: () => fail(stamp) })
    case 'overflow':
      endless()
      break
    case 'misuse':
      sleep(1).next()
      // It must be reported at once. Else the next operation reports it, which may expect an error.
      yield 'what the operation did not'
      break
    case 'memory':
      bytes.new(LARGER_THAN_ANY_ARENA)
      break
    case 'deadlock':
      yield* select(Crates.receiving(nil))
      break
    case 'exit':
      process.exit()
  }
}

function fail(stamp: number): never {
  throw new Error(`a trap was sprung by ${stamp}`)
}
