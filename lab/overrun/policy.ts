/**
 * What the lab compares: how the end of marking is found, with or without a gate, with Go's credit
 * or with capped credit.
 */
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import type { CaseParameters } from './results.ts'

export type Policy = Pick<CaseParameters, 'termination' | 'gate' | 'credit'>

/** Go's protocol: what every other policy is compared with. */
export const BASELINE: Policy = { termination: 'coordinator', gate: 'off', credit: 'go' }

const ALLOWED = {
  termination: ['coordinator', 'assist-takes-over', 'helping'],
  gate: ['off', 'goal', 'hard'],
  credit: ['go', 'capped'],
} as const

const GRAMMAR = 'TERMINATION[/GATE[/CREDIT]]'

/** `coordinator/off/go`: as parsePolicy reads it. */
export function policyName({ termination, gate, credit }: Policy): string {
  return `${termination}/${gate}/${credit}`
}

/**
 * Reads `TERMINATION[/GATE[/CREDIT]]`; what is left out is `off` and `go`.
 *
 * @throws UsageError that says which part is wrong, and what is allowed.
 */
export function parsePolicy(text: string): Policy {
  const [termination, gate = 'off', credit = 'go', ...more] = text.split('/')
  if (more.length > 0) throw new UsageError(`a policy is ${GRAMMAR}, not '${text}'`)
  const one = <Name extends string>(
    part: string,
    value: string | undefined,
    names: readonly Name[],
  ): Name => {
    const found = names.find(name => name === value)
    if (found !== undefined) return found
    throw new UsageError(
      `the ${part} of a policy (${GRAMMAR}) must be ${names.join(', ')}, not '${value}' in '${text}'`,
    )
  }
  return {
    termination: one('termination', termination, ALLOWED.termination),
    gate: one('gate', gate, ALLOWED.gate),
    credit: one('credit', credit, ALLOWED.credit),
  }
}
