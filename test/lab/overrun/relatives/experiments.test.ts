import { expect, test } from 'vitest'
import { experiment as credit } from '../../../../lab/overrun/relatives/credit.ts'
import { experiment as fullUse } from '../../../../lab/overrun/relatives/full-use.ts'
import { experiment as gcsys } from '../../../../lab/overrun/relatives/gcsys.ts'
import { experiment as lateWork } from '../../../../lab/overrun/relatives/late-work.ts'
import { experiment as restarts } from '../../../../lab/overrun/relatives/restarts.ts'

test.each([
  ['credit', 40460, credit],
  ['gcsys', 37331, gcsys],
  ['restarts', 27993, restarts],
  ['late-work', 11694, lateWork],
  ['full-use', 45894, fullUse],
] as const)('%s says which issue it is a relative by: golang/go#%i', (name, issue, experiment) => {
  expect(experiment.name).toBe(name)
  expect(experiment.issue).toBe(`golang/go#${issue}`)
  expect(experiment.title).not.toBe('')
  for (const line of experiment.help.split('\n')) expect(line.trim()).not.toBe('')
})
