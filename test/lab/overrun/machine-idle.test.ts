import { cpus } from 'node:os'
import { expect, test } from 'vitest'
import { between, coreTimes } from '../../../lab/overrun/machine-idle.ts'

test('between two moments the cores have as much time as passed, and are idle for a part of it', async () => {
  const [before, began] = [coreTimes(), performance.now()]
  await new Promise(resolve => setTimeout(resolve, 200))
  const { idle, all } = between(before, coreTimes())
  const passedMs = performance.now() - began
  expect(idle).toBeGreaterThanOrEqual(0)
  expect(all).toBeGreaterThanOrEqual(idle)
  // A core's times are counted in ticks of 10 ms, and each of five kinds may lack one. What a
  // hypervisor takes away is in none of them.
  expect(all).toBeLessThanOrEqual(cpus().length * (passedMs + 50))
})
