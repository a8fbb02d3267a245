import type { RunProtocol } from '../protocol.ts'
import { termination } from './termination.ts'

export const assistTakesOver: RunProtocol = {
  ...termination,
  name: 'assist-takes-over',
  what: 'the same as termination, where a goroutine that takes memory looks after the mark once an attempt to end it has begun',
  configurations: [{ procs: 2, bound: 2, quick: 1 }],
  termination: 'assist-takes-over',
}
