import { expect, test, vi } from 'vitest'
import { testsCommand } from '../../../../lab/overrun/go-tests/command.ts'
import type { SlowedDownRow, SuiteRow } from '../../../../lab/overrun/go-tests/measure.ts'
import { parseTestsOptions } from '../../../../lab/overrun/go-tests/options.ts'
import {
  criteriaOf,
  slowedDownCells,
  suiteCells,
} from '../../../../lab/overrun/go-tests/results.ts'
import { SLOWED_DOWN, unslowed } from '../../../../lab/overrun/go-tests/slowed-down.ts'
import { resultsIn } from '../../../../lab/overrun/go-tests/suite.ts'
import { leaveOut, PlaceNotFound } from '../../../../lab/overrun/go-variants/insert.ts'

const { signal } = new AbortController()

test.each([
  [['--variants', 'base,wall'], '--variants must be a list of base, gate, '],
  [['--times', 'often'], "--times must be a whole number from 0 to 1000, not 'often'"],
  [['--run', ''], '--run must be a pattern of test names, or none'],
  [['--pairs', '3'], "overrun go tests: Unknown option '--pairs'; see sawtooth overrun go tests"],
  [['--goroot', '/nowhere'], '/nowhere is no folder of Go, it has no VERSION'],
])('%j is refused before anything is copied, with what is allowed', async (argv, message) => {
  await expect(testsCommand(argv, signal)).rejects.toThrow(message)
})

test('tests of the collector and a few runs are the default; none leaves package runtime out', () => {
  expect(parseTestsOptions([])).toMatchObject({ variants: ['base', 'gate'], times: 5 })
  expect(parseTestsOptions(['--run', 'none', '--times', '50'])).toMatchObject({
    run: null,
    times: 50,
  })
})

test('--help says what is run, and has an example', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  try {
    expect(await testsCommand(['--help'], signal)).toBe(0)
    expect(String(write.mock.calls[0]?.[0])).toMatch(
      /--run PATTERN[\s\S]*--times N[\s\S]*Exit: 0[\s\S]*Example:\n {2}sawtooth overrun go tests /,
    )
  } finally {
    write.mockRestore()
  }
})

test('each test counts once, by how it ended; subtests belong to theirs', () => {
  const printed = [
    '=== RUN   TestOne',
    '    --- FAIL: TestOne/part (0.00s)',
    '--- FAIL: TestOne (0.00s)',
    '--- PASS: TestTwo (1.20s)',
    '--- SKIP: TestThree (0.00s)',
    '--- PASS: TestFour (0.00s)',
    'FAIL',
  ].join('\n')
  expect(resultsIn(printed)).toEqual({ passed: 2, skipped: 1, failed: ['TestOne'] })
})

const suite = (variant: SuiteRow['variant'], ...failed: string[]): SuiteRow => ({
  variant,
  passed: 7,
  skipped: 1,
  failed,
  seconds: 12.4,
})

const slow = (variant: SlowedDownRow['variant'], failures: number): SlowedDownRow => ({
  variant,
  test: 'GCSys',
  runs: 50,
  failures,
  firstFailure: failures === 0 ? null : 'using too much memory\nand more',
})

const held = (suites: SuiteRow[], slowedDown: SlowedDownRow[]): (boolean | null)[] =>
  criteriaOf({ suites, slowedDown }).map(({ holds }) => holds)

test('a variant may fail only where base fails, and as often but for chance', () => {
  expect(held([suite('base', 'TestA'), suite('gate', 'TestA')], [])).toEqual([true])
  expect(held([suite('base', 'TestA'), suite('gate', 'TestB')], [])).toEqual([false])
  expect(held([], [slow('base', 40), slow('gate', 0)])).toEqual([true])
  expect(held([], [slow('base', 3), slow('gate', 5)])).toEqual([true])
  expect(held([], [slow('base', 3), slow('gate', 30)])).toEqual([false])
  expect(held([suite('gate', 'TestB')], [slow('gate', 30)])).toEqual([])
})

test('rows name what failed, and the first line of what it said', () => {
  expect(suiteCells(suite('gate', 'TestA', 'TestB')).join(' ')).toBe('gate 7 1 2 12 TestA, TestB')
  expect(suiteCells(suite('base')).at(-1)).toBe('-')
  expect(slowedDownCells(slow('base', 3)).join(' ')).toBe('GCSys base 50 3 using too much memory')
  expect(slowedDownCells(slow('gate', 0)).at(-1)).toBe('-')
})

// Written for this test: Go's form, and nothing of Go's text.
const bakery = `package bakery

func bake(loaves int) {
	for i := 0; i < loaves; i++ {
		// Cool down #52433.
		rest()
		for j := range shelves {
			wipe(j)
		}
		put(i)
	}
}
`

test('a block is left out whole, and a line by what stands before it', () => {
  const inBake = { file: 'bakery.go', inFunction: 'bake' }
  const without = leaveOut(bakery, { ...inBake, at: { block: /^for j := / } })
  expect(without).toContain('rest()\n\t\tput(i)\n')
  const awake = leaveOut(bakery, { ...inBake, at: { behind: /#52433\.$/ } })
  expect(awake).toContain('#52433.\n\t\tfor j')
  expect(() => leaveOut(bakery, { ...inBake, at: { block: /^while / } })).toThrow(PlaceNotFound)
})

test('a program is changed only in the file that slows it down', () => {
  const [limit] = SLOWED_DOWN
  if (limit === undefined) throw new Error('there are no such tests')
  expect(unslowed(limit, 'other.go', bakery)).toBe(bakery)
  expect(() => unslowed(limit, 'gc.go', bakery)).toThrow('gc.go has no function gcMemoryLimit')
})
