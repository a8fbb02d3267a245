import { expect, test } from 'vitest'
import type { RunRecord } from '../../runtime/report/record.ts'
import { Tally } from './tally.ts'
import type { Outcome } from './trial.ts'

function outcomeOf(kind: string | null, change: Partial<Outcome> = {}): Outcome {
  const record = {
    error: kind === null ? null : { kind },
    cycles: [],
    allocations: { bytes: 0 },
    unwritten: [],
  }
  return {
    failure: null,
    record: record as unknown as RunRecord,
    totals: null,
    after: 'success',
    ...change,
  }
}

test('the summary says of each part of the soak how often it happened', () => {
  const tally = new Tally(null)
  const totals = {
    ...{
      goroutines: 1,
      objects: 10,
      operations: 5,
      refused: 0,
      censuses: 1,
      caught: 7,
      overflowed: 3,
      changes: 4,
      left: 2,
    },
    ...{ printedOut: 0, printedErr: 0 },
  }
  tally.addRun({ memoryLimit: 2 ** 20 }, outcomeOf(null, { totals, after: null }))
  tally.addRun({ memoryLimit: null }, outcomeOf('program', { after: 'leftovers' }))
  tally.addRun({}, outcomeOf('interrupted', { after: 'error' }))
  const unwritten = [{ file: 'standard output', why: 'full' }]
  tally.addRun(
    {},
    outcomeOf('output', { record: { ...outcomeOf('output').record, unwritten }, after: 'abort' }),
  )
  tally.addRun({}, outcomeOf(null))
  tally.addRun({}, outcomeOf('internal', { failure: 'internal: so it is' }))
  expect(tally.summary()).toBe(
    [
      '0 programs, 6 runs, 0 cycles, 10 objects checked',
      '5 runs of a warm Runtime (after leftovers 1, error 1, abort 1)',
      '7 errors caught, 3 overflows',
      '3 runs ended on purpose (by program 1, interrupted 1, output 1)',
      '1 runs with a memory limit, 4 changes of the GC percent',
      '1 runs with lost outputs, 2 leftovers',
      '1 failures',
    ].join('; '),
  )
})
