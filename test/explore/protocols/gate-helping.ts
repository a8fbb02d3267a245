/**
 * The protocol of gate.ts under the policy `helping` (gc/termination/helping.ts): a P that waits at
 * the gate looks whether the mark is over before it raises the stop on no sign. What must hold is
 * the same.
 */
import type { PartsProtocol } from '../protocol.ts'
import { gate } from './gate.ts'

export const gateHelping: PartsProtocol = {
  ...gate,
  name: 'gate-helping',
  what: 'the same as gate, under helping: a P that waits at the gate first looks whether the mark is over',
  termination: 'helping',
}
