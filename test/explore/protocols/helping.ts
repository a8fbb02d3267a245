import type { RunProtocol } from '../protocol.ts'
import { termination } from './termination.ts'

export const helping: RunProtocol = {
  ...termination,
  name: 'helping',
  what: 'the same as termination, where whoever notices raises the stop, a goroutine that takes memory included, and the stop does what is left',
  configurations: [
    { procs: 2, bound: 2, quick: 1 },
    { procs: 3, bound: 1, quick: 0 },
  ],
  termination: 'helping',
}
