import type { PartsProtocol } from '../protocol.ts'
import { gate } from './gate.ts'

export const gateHelping: PartsProtocol = {
  ...gate,
  name: 'gate-helping',
  what: 'the same as gate, under helping: whoever waits at the gate looks after the mark first',
  termination: 'helping',
}
