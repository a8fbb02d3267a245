import { expect, test } from 'vitest'
import { experiment as credit } from '../../../../lab/overrun/experiments/credit.ts'
import { experiment as fullUse } from '../../../../lab/overrun/experiments/full-use.ts'
import { experiment as gcsys } from '../../../../lab/overrun/experiments/gcsys.ts'
import { experiment as heapsampling } from '../../../../lab/overrun/experiments/heapsampling.ts'
import { experiment as kernel } from '../../../../lab/overrun/experiments/kernel.ts'
import { experiment as largeObjects } from '../../../../lab/overrun/experiments/large-objects.ts'
import { experiment as lateWork } from '../../../../lab/overrun/experiments/late-work.ts'
import { experiment as limit } from '../../../../lab/overrun/experiments/limit.ts'
import { experiment as rate } from '../../../../lab/overrun/experiments/rate.ts'
import { experiment as restarts } from '../../../../lab/overrun/experiments/restarts.ts'
import { seedOf } from '../../../../lab/overrun/experiments/runs.ts'
import { experiment as stackScans } from '../../../../lab/overrun/experiments/stack-scans.ts'

test.each([
  ['limit', 52433, limit],
  ['rate', 52433, rate],
  ['large-objects', 52433, largeObjects],
  ['stack-scans', 52433, stackScans],
  ['credit', 40460, credit],
  ['gcsys', 37331, gcsys],
  ['heapsampling', 49564, heapsampling],
  ['restarts', 27993, restarts],
  ['late-work', 11694, lateWork],
  ['full-use', 45894, fullUse],
  ['kernel', 52433, kernel],
] as const)('%s says which issue it is about: golang/go#%i', (name, issue, experiment) => {
  expect(experiment.name).toBe(name)
  expect(experiment.issue).toBe(`golang/go#${issue}`)
  expect(experiment.title).not.toBe('')
})

test('the seeds of an experiment that begins with the largest go on from 0', () => {
  expect([0, 1, 2].map(n => seedOf(2 ** 32 - 1, n))).toEqual([2 ** 32 - 1, 0, 1])
})
