/**
 * The protocol of termination.ts under the policy `helping` (gc/termination/helping.ts): any P that
 * finds no work left raises the stop, the mutator's P included, and the stop marks what is left.
 * What must hold is the same.
 */
import type { RunProtocol } from '../protocol.ts'
import { termination } from './termination.ts'

export const helping: RunProtocol = {
  ...termination,
  name: 'helping',
  what: 'the same as termination, under helping: any P that finds no work left raises the stop, also one whose goroutine takes memory, and the stop marks what is left',
  configurations: [
    { procs: 2, bound: 2, quick: 1 },
    { procs: 3, bound: 1, quick: 0 },
  ],
  termination: 'helping',
}
