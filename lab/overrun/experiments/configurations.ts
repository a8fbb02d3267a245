/** The configurations that the experiments compare. */
import type { CaseParameters } from '../results.ts'

/** A name, as it stands in tables and charts, and the options of a run. */
export interface Policy extends Pick<CaseParameters, 'termination' | 'gate' | 'credit'> {
  readonly name: string
}

/** Go's protocol as it is. Under it an effect must show. */
export const GO_LIKE: Policy = {
  name: 'Go-like',
  termination: 'coordinator',
  gate: 'off',
  credit: 'go',
}

/**
 * Go's protocol with capped credit, and nothing else: it shows how much of an effect the credit
 * causes.
 */
export const CAPPED: Policy = { ...GO_LIKE, name: 'Go-like, credit capped', credit: 'capped' }

/** Helping with the gate at the goal: the defaults of the runtime. */
export const OURS: Policy = { name: 'ours', termination: 'helping', gate: 'goal', credit: 'go' }

/** The part of a policy that a run takes as options. */
export function flagsOf({ termination, gate, credit }: Policy): Omit<Policy, 'name'> {
  return { termination, gate, credit }
}
