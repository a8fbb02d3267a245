import { expect, test } from 'vitest'
import { parsePolicy, policyName } from '../../../lab/overrun/policy.ts'

test.each([
  ['coordinator', 'coordinator/off/go'],
  ['assist-takes-over/goal', 'assist-takes-over/goal/go'],
  ['helping/hard/capped', 'helping/hard/capped'],
])('%s is the policy %s', (text, name) => {
  expect(policyName(parsePolicy(text))).toBe(name)
})

test.each([
  [
    'fast',
    "the termination of a policy (TERMINATION[/GATE[/CREDIT]]) must be coordinator, assist-takes-over, helping, not 'fast'",
  ],
  ['helping/on', "must be off, goal, hard, not 'on' in 'helping/on'"],
  ['helping/goal/none', "must be go, capped, not 'none'"],
  ['helping/goal/go/x', "a policy is TERMINATION[/GATE[/CREDIT]], not 'helping/goal/go/x'"],
])('%s is refused, with what is allowed', (text, message) => {
  expect(() => parsePolicy(text)).toThrow(message)
})
