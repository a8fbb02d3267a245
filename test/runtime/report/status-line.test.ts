import { expect, test } from 'vitest'
import { MiB } from '../../../memory/units.ts'
import { formatStatusLine } from '../../../runtime/report/status-line.ts'
import { humanBytes, humanCount, humanMs, humanPercent } from '../../../runtime/report/units.ts'

const status = {
  elapsedMs: 12_345,
  cycles: 1234,
  marking: true,
  heapLive: 3 * MiB,
  goal: 4 * MiB,
  goroutines: 5,
}

test('shows how far the heap is from its goal', () => {
  expect(formatStatusLine(status, 120)).toBe(
    ' 12.3 s  gc 1,234 mark  heap [###############.....] 3.00 MiB of 4.00 MiB  5 goroutines',
  )
})

test('shows that the heap is past it', () => {
  expect(formatStatusLine({ ...status, heapLive: 4 * MiB })).toContain('[####################]')
  expect(formatStatusLine({ ...status, heapLive: 4 * MiB + 1 })).toContain('[###################!]')
  expect(formatStatusLine({ ...status, heapLive: 0, goal: 0 })).toContain('[....................]')
})

test('needs no goal', () => {
  expect(formatStatusLine({ ...status, goal: null, marking: false, goroutines: 1 })).toBe(
    ' 12.3 s  gc 1,234  heap 3.00 MiB  1 goroutine',
  )
})

test('never wraps', () => {
  for (const columns of [0, 1, 40, 80])
    expect(formatStatusLine(status, columns).length).toBeLessThanOrEqual(columns)
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [4096 * 3.9, '15.6 KiB'],
  [1023.6 * 1024, '1.00 MiB'],
  [100.2 * MiB, '100 MiB'],
  [3 * 1024 * MiB, '3.00 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(humanBytes(bytes)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [0.0712, '71.2 µs'],
  [0.9996, '1.00 ms'],
  [12.34, '12.3 ms'],
  [999.7, '1.00 s'],
  [59_960, '1m00s'],
  [185_000, '3m05s'],
])('%d ms are %s', (ms, text) => {
  expect(humanMs(ms)).toBe(text)
})

test('shares and counts', () => {
  expect(humanPercent(0.1234)).toBe('12.3 %')
  expect(humanCount(1_234_567)).toBe('1,234,567')
})
