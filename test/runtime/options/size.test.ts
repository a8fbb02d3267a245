import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSize } from '../../../runtime/options/size.ts'

const units = { '': 0n, B: 0n, KiB: 10n, MiB: 20n, GiB: 30n, TiB: 40n }

test('a size is its digits times its unit, or null when a double would not hold it exactly', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 2n ** 60n }),
      fc.constantFrom(...Object.keys(units)),
      (count, unit) => {
        const bytes = count << units[unit as keyof typeof units]
        const expected = bytes <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bytes) : null
        expect(parseSize(`${count}${unit}`)).toBe(expected)
      },
    ),
  )
})

test('leading zeros count for nothing', () => {
  expect(parseSize('0064MiB')).toBe(64 * 2 ** 20)
})

test.each([
  '',
  ' 1',
  '1 ',
  '1 MiB',
  '1.5GiB',
  '-1',
  '+1',
  '1e6',
  '0x10',
  '1MB',
  '1M',
  '1mib',
  'MiB',
  'off',
  '1_000',
  '1\n',
])('%j is no size', text => {
  expect(parseSize(text)).toBeNull()
})

test('text that is not digits and a unit is no size', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      fc.pre(!/^\d+(B|[KMGT]iB)?$/.test(text))
      expect(parseSize(text)).toBeNull()
    }),
  )
})
