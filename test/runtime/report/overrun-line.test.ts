import { expect, test } from 'vitest'
import { MiB } from '../../../memory/units.ts'
import { formatOverrun } from '../../../runtime/report/overrun-line.ts'

test('a cycle that kept its goal has no line', () => {
  expect(formatOverrun({ overrun: 0, overrunBy: {}, gaps: [] })).toBeUndefined()
})

test('the parts come by size, a stall with its place and the length of its gap', () => {
  const overrunBy = { credit: 0.4 * MiB, 'stall:mark-termination/in-barrier': 0.9 * MiB }
  const gaps = [{ point: 'mark-termination/in-barrier', ms: 4.12, offCpuMs: 2, v8Ms: 0 }]
  expect(formatOverrun({ overrun: 1.3 * MiB, overrunBy, gaps })).toBe(
    'overrun 1.3MB = 0.9 stall(in-barrier 4.1ms) + 0.4 credit',
  )
})

test('a stall for most of which the thread was off the CPU says so', () => {
  const overrunBy = { 'stall:mark-termination/before-stop': MiB }
  const gaps = [{ point: 'mark-termination/before-stop', ms: 4.12, offCpuMs: 2.1, v8Ms: 0 }]
  expect(formatOverrun({ overrun: MiB, overrunBy, gaps })).toBe(
    'overrun 1.0MB = 1.0 stall(before-stop 4.1ms off CPU)',
  )
})

test('a place outside of the termination keeps its name, and a stretch too short to be a gap has no length', () => {
  const overrunBy = { 'stall:dedicated-worker/park': 16384 }
  expect(formatOverrun({ overrun: 16384, overrunBy, gaps: [] })).toBe(
    'overrun 0.016MB = 0.016 stall(dedicated-worker/park)',
  )
})

test('parts beyond the fourth are summed up; what is below 0 stays so', () => {
  const overrunBy = { a: 5 * MiB, b: 4 * MiB, c: -3 * MiB, d: 2 * MiB, e: MiB, f: 0.5 * MiB }
  expect(formatOverrun({ overrun: 9.5 * MiB, overrunBy, gaps: [] })).toBe(
    'overrun 9.5MB = 5.0 a + 4.0 b + -3.0 c + 2.0 d + 1.5 other',
  )
})
