import { expect, test } from 'vitest'
import { formatSummary } from '../../../runtime/report/summary.ts'
import { cycleRecord, MiB, runRecord } from './records.ts'

test('a run with cycles', () => {
  const record = runRecord({
    cycles: [
      cycleRecord({
        stwSetupUs: 500,
        stwTerminationUs: 1500,
        cpuMs: { assist: 40, dedicated: 100, fractional: 0, idle: 20 },
        overrun: MiB,
      }),
      cycleRecord({
        n: 2,
        trigger: 'forced',
        restarts: 1,
        stwSetupUs: 2500,
        stwTerminationUs: 500,
        cpuMs: { assist: 0, dedicated: 60, fractional: 8, idle: 60 },
        overrun: 2 * MiB,
        goal: 5 * MiB,
      }),
      cycleRecord({ n: 3 }),
    ],
  })
  expect(formatSummary(record)).toBe(
    [
      'cycles                3  in 1.00 s on 4 P, 1 forced, 1 restarts',
      'pauses          5.00 ms  in total',
      'worst pause     2.50 ms  in cycle 2',
      'GC CPU            5.5 %  without idle workers',
      '  assist          1.0 %',
      '  dedicated       4.0 %',
      '  fractional      0.2 %',
      '  stopped         0.3 %',
      '  idle            2.0 %',
      'allocated      80.0 MiB  2,500,000 objects, 80.0 MiB/s',
      'heap live      3.00 MiB  goal 4.00 MiB',
      'worst overrun  2.00 MiB  40.0 % over 5.00 MiB in cycle 2; 2 of 3 cycles overran',
      '',
    ].join('\n'),
  )
})

test('a run without a cycle', () => {
  expect(formatSummary(runRecord({ gogc: 'off', wallMs: 0.4 }))).toBe(
    [
      'cycles            0  in 400 µs on 4 P',
      'allocated  80.0 MiB  2,500,000 objects, 195 GiB/s',
      'heap live  3.00 MiB  goal none',
      '',
    ].join('\n'),
  )
})

test('goals that were kept, and lost wake-ups, are told', () => {
  const text = formatSummary(runRecord({ cycles: [cycleRecord()], rescues: 2 }))
  expect(text).toMatch(/^worst overrun +0 B {2}every cycle kept its goal$/m)
  expect(text).toMatch(/^rescues +2 {2}lost wake-ups/m)
})

test('an overrun of a goal of nothing has no percentage', () => {
  const text = formatSummary(runRecord({ cycles: [cycleRecord({ overrun: MiB, goal: 0 })] }))
  expect(text).toMatch(/^worst overrun +1.00 MiB {2}0 B in cycle 1; 1 of 1 cycles overran$/m)
})
