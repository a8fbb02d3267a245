// A test passes on a slow or busy machine: limits are only for hangs, and there is one of them.
import { expect, test } from 'vitest'
import { ofTwoSizes } from '../../vitest.config.ts'
import { repositoryFiles, typeScriptIn } from './files.ts'

const tests = typeScriptIn(repositoryFiles(), ['test'])

/**
 * The limits in milliseconds that are no multiple of HANG_MS. Programs that tests run have none of
 * their own.
 */
function ownLimits(text: string): string[] {
  return text.match(/\b(?:limitMs|timeout|testTimeout|hookTimeout): *(?:\d|[\w.]+ \? *\d).*/g) ?? []
}

test('a limit that is a number is found with its line', () => {
  expect(ownLimits('runNode(args, { limitMs: 60_000 }, scratch)')).toHaveLength(1)
  expect(ownLimits('{ limitMs: isLong ? 60_000 : 5 * HANG_MS }')).toHaveLength(1)
  expect(
    ownLimits('{ limitMs: HANG_MS }, { limitMs }, { limitMs: isLong ? HANG_MS : HANG_MS }'),
  ).toEqual([])
})

test('no test has a limit that is not HANG_MS or a multiple of it', () => {
  const found = tests.flatMap(({ path, text }) =>
    ownLimits(text.replaceAll(/\d+ \* HANG_MS/g, 'HANG_MS')).map(limit => `${path}: ${limit}`),
  )
  expect(found.filter(found => !found.startsWith('test/structure/'))).toEqual([])
})

test('the tests that have two sizes run in both', () => {
  const sized = tests.filter(
    ({ path, text }) => /(?<!\.long)\.test\.ts$/.test(path) && /support\/size\.ts'/.test(text),
  )
  expect(sized.map(({ path }) => path).sort()).toEqual(ofTwoSizes)
})

test('a world that is driven by hand has a clock of its own', () => {
  const byHand = tests.filter(
    ({ path, text }) => /\.test\.ts$/.test(path) && /(?:hand|grown)-world\.ts'/.test(text),
  )
  const unheld = byHand.filter(
    ({ text }) => !/^useHandClock\(\)$/m.test(text) && !/^ {2}now: \(\) => clock\./m.test(text),
  )
  expect(byHand.length).toBeGreaterThan(10)
  expect(unheld.map(({ path }) => path)).toEqual([])
})
