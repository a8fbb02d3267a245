import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FAULT_POINTS } from '../../../memory/fault-points.ts'
import { MAX_FAULT_POINTS } from '../../../memory/words/p.ts'
import { UsageError } from '../../../runtime/errors/usage-error.ts'
import {
  type Fault,
  type FaultAction,
  type FaultWhen,
  faultPoints,
  listFaultPoints,
  parseFault,
} from '../../../runtime/options/faults.ts'

const actions = fc.oneof(
  fc.record({ kind: fc.constant('stall' as const), ms: fc.integer({ min: 0, max: 10_000 }) }),
  fc.record({ kind: fc.constantFrom('yield' as const, 'fail' as const, 'exit' as const) }),
)
const whens = fc.oneof(
  fc.constant({ kind: 'once' as const }),
  fc.record({ kind: fc.constant('nth' as const), n: fc.integer({ min: 1, max: 2 ** 32 - 1 }) }),
  fc.record({
    kind: fc.constant('probability' as const),
    p: fc.integer({ min: 1, max: 1000 }).map(n => n / 1000),
  }),
)
const durations = { us: 0.001, ms: 1, s: 1000 }

const actionText = (action: FaultAction, unit: keyof typeof durations): string =>
  action.kind === 'stall' ? `:stall=${action.ms}${unit}` : `:${action.kind}`
const whenText = (when: FaultWhen): string =>
  when.kind === 'nth'
    ? `:nth=${when.n}`
    : when.kind === 'probability'
      ? `:p=${when.p}`
      : `:${when.kind}`

test('every spec of the grammar means what it says', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...FAULT_POINTS),
      fc.option(fc.nat(63)),
      fc.option(actions),
      fc.option(whens),
      fc.constantFrom('us', 'ms', 's'),
      (point, p, action, when, unit) => {
        const place = p === null ? point : `${point}@p${p}`
        fc.pre(action?.kind !== 'fail' || faultPoints[point].mayFail === true)
        const spec =
          place +
          (action === null ? '' : actionText(action, unit)) +
          (when === null ? '' : whenText(when))
        const fault = parseFault(spec)
        expect({ ...fault, action: null }).toEqual({
          point,
          p,
          action: null,
          when: when ?? { kind: 'always' },
        })
        expect(fault.action.kind).toBe(action?.kind ?? 'yield')
        if (action?.kind === 'stall')
          expect((fault.action as typeof action).ms).toBeCloseTo(action.ms * durations[unit], 9)
      },
    ),
  )
})

test.each<[string, Fault]>([
  ['refill', { point: 'refill', p: null, action: { kind: 'yield' }, when: { kind: 'always' } }],
  [
    'refill@p3:stall=1.5s:once',
    { point: 'refill', p: 3, action: { kind: 'stall', ms: 1500 }, when: { kind: 'once' } },
  ],
  [
    'refill:stall=250µs',
    { point: 'refill', p: null, action: { kind: 'stall', ms: 0.25 }, when: { kind: 'always' } },
  ],
  [
    'refill:p=.5',
    { point: 'refill', p: null, action: { kind: 'yield' }, when: { kind: 'probability', p: 0.5 } },
  ],
])('%s', (spec, fault) => {
  expect(parseFault(spec)).toEqual(fault)
})

const mustBe = '--fault must be POINT[@pN][:stall=DURATION|yield|fail|exit][:p=F|once|nth=N]:'

test.each([
  ['', "--fault has no point ''; run --fault list prints them"],
  ['termination:yield', "--fault has no point 'termination'; run --fault list prints them"],
  ['toString', "--fault has no point 'toString'; run --fault list prints them"],
  ['refill@3', `${mustBe} 'refill@3' is no POINT[@pN] in 'refill@3'`],
  ['refill@p', `${mustBe} 'refill@p' is no POINT[@pN] in 'refill@p'`],
  ['refill:', `${mustBe} '' does not belong there in 'refill:'`],
  ['refill:explode', `${mustBe} 'explode' does not belong there in 'refill:explode'`],
  ['refill:once:yield', `${mustBe} 'yield' does not belong there in 'refill:once:yield'`],
  ['refill:yield:once:once', `${mustBe} 'once' does not belong there in 'refill:yield:once:once'`],
  ['refill:stall=3', '--fault stall=3: a DURATION is a number with us, ms or s, as in stall=3ms'],
  [
    'refill:stall=-3ms',
    '--fault stall=-3ms: a DURATION is a number with us, ms or s, as in stall=3ms',
  ],
  ['refill:p=0', '--fault p=0: p is a number above 0 and up to 1'],
  ['refill:p=1.5', '--fault p=1.5: p is a number above 0 and up to 1'],
  ['refill:p=', '--fault p=: p is a number above 0 and up to 1'],
  ['refill:nth=0', '--fault nth=0: nth is a whole number from 1'],
  ['refill:nth=x', '--fault nth=x: nth is a whole number from 1'],
])('%j is refused', (spec, message) => {
  expect(() => parseFault(spec)).toThrow(new UsageError(message))
})

test('any text is a fault or a usage error of one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'refill@p0:=stalnthoce.1ms') }), text => {
      try {
        parseFault(text)
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        expect((error as Error).message).not.toContain('\n')
      }
    }),
  )
})

describe('what may be refused', () => {
  const may = ['refill', 'large-allocation', 'work/take-empty']

  test.each(FAULT_POINTS)('%s', point => {
    if (may.includes(point)) expect(parseFault(`${point}:fail`).action).toEqual({ kind: 'fail' })
    else
      expect(() => parseFault(`${point}:fail`)).toThrow(
        new UsageError(`--fault ${point}: nothing can fail there; fail is for ${may.join(', ')}`),
      )
  })

  test('is what the list says', () => {
    const lines = listFaultPoints().split('\n')
    expect(
      lines.filter(line => line.endsWith(' (may fail)')).map(line => line.split(/ +/)[0]),
    ).toEqual(may)
  })
})

test('the layout has counters for every point', () => {
  expect(FAULT_POINTS.length).toBeLessThanOrEqual(MAX_FAULT_POINTS)
})

test('the list has one line for each point', () => {
  const lines = listFaultPoints().trimEnd().split('\n')
  expect(lines.map(line => line.split(/ +/)[0])).toEqual(FAULT_POINTS)
  const columns = lines.map((line, index) => line.indexOf(faultPoints[FAULT_POINTS[index]].where))
  expect(new Set(columns).size).toBe(1)
})
