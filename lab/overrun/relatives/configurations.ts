/** The two configurations that every experiment compares. */
import type { CaseParameters } from '../results.ts'

/** A name, as it stands in tables and charts, and the options of a run. */
export interface Policy extends Pick<CaseParameters, 'termination' | 'gate' | 'credit'> {
  readonly name: string
}

/** Go's protocol, as it is: what an effect must show under. */
export const GO_LIKE: Policy = {
  name: 'Go-like',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
}

/** Go's protocol with a limit to what may be banked, and nothing else: how much of an effect is the credit's doing. */
export const CAPPED: Policy = { ...GO_LIKE, name: 'Go-like, credit capped', credit: 'capped' }

/** Sawtooth's own. */
export const OURS: Policy = { name: 'ours', termination: 'helping', gate: 'goal', credit: 'capped' }

/** What a run is told of a policy. */
export function flagsOf({ termination, gate, credit }: Policy): Omit<Policy, 'name'> {
  return { termination, gate, credit }
}
