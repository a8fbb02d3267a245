/**
 * The protocol of termination.ts under the policy `assist-takes-over`
 * (gc/termination/assist-takes-over.ts). Once an attempt to end the mark has begun, the mutator too
 * looks at each refill whether the mark is over. What must hold is the same.
 */
import type { RunProtocol } from '../protocol.ts'
import { termination } from './termination.ts'

export const assistTakesOver: RunProtocol = {
  ...termination,
  name: 'assist-takes-over',
  what: 'the same as termination; once an attempt to end the mark has begun, a goroutine that takes memory looks whether the mark is over',
  configurations: [{ procs: 2, bound: 2, quick: 1 }],
  termination: 'assist-takes-over',
}
