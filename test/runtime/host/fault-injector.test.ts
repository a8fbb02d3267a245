import { expect, test } from 'vitest'
import { Memory } from '../../../memory/memory.ts'
import { CYCLES } from '../../../memory/words/control.ts'
import { FaultInjector, faultCountsOf } from '../../../runtime/host/fault-injector.ts'
import { parseFault } from '../../../runtime/options/faults.ts'

test('a cycle in which several Ps are struck, or one of them often, counts once', () => {
  const memory = Memory.reserve({ arenaBytes: 4 * 2 ** 20, procs: 2 })
  const faults = [
    parseFault('refill:yield'),
    parseFault('refill@p1:yield'),
    parseFault('drain/leave:yield:nth=2'),
  ]
  const [p0, p1] = [0, 1].map(index => new FaultInjector(memory, faults, index, 1))
  if (p0 === undefined || p1 === undefined) throw new Error('two Ps were asked for')
  const counts = (point: string) => faultCountsOf(memory, faults).find(one => one.point === point)
  memory.meta[CYCLES] = 1
  p0.pass('refill')
  p1.pass('refill')
  p0.pass('drain/leave')
  expect(counts('refill')).toMatchObject({ passes: 2, strikes: 3, cycles: 1 })
  expect(counts('drain/leave')).toMatchObject({ passes: 1, strikes: 0, cycles: 0 })
  memory.meta[CYCLES] = 2
  p1.pass('refill')
  p0.pass('refill')
  p0.pass('drain/leave')
  expect(counts('refill')).toMatchObject({ passes: 4, strikes: 6, cycles: 2 })
  expect(counts('drain/leave')).toMatchObject({ passes: 2, strikes: 1, cycles: 1 })
})
