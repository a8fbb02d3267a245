import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { offCpuMs, secondNumber } from '../../../runtime/host/off-cpu.ts'

const ACCOUNT = '/proc/thread-self/schedstat'

test.each([
  ['66349 1234567 12\n', 1_234_567],
  ['0 0 0\n', 0],
  ['5 7', 7],
  ['', 0],
])('the second number of %j', (line, number) => {
  const bytes = new TextEncoder().encode(line)
  expect(secondNumber(bytes, bytes.length)).toBe(number)
})

const hasAccount = existsSync(ACCOUNT)

test.skipIf(hasAccount)(
  `where no thread has an account, it is not known${hasAccount ? ' (skipped: here each has one)' : ''}`,
  () => {
    expect(offCpuMs()).toBeNaN()
  },
)

test.skipIf(!hasAccount)(
  `it is what Linux says of this thread, and never falls${hasAccount ? '' : ' (skipped: no thread has an account here)'}`,
  () => {
    const inFile = (): number => Number(readFileSync(ACCOUNT, 'utf8').split(' ')[1]) / 1e6
    const least = inFile()
    const told = offCpuMs()
    expect(told).toBeGreaterThanOrEqual(least)
    expect(inFile()).toBeGreaterThanOrEqual(told)
  },
)
