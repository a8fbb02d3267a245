/** A thousand runs of one Runtime: the process ends with the memory that it had after ten. */
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'

interface Sample {
  readonly exit: number
  readonly residentMiB: number
  readonly reservedMiB: number
}

const MOST_GROWTH = 1.05
/**
 * The number of runs whose mean is taken. Within that many runs threads end and start, and V8's
 * heaps grow and shrink.
 */
const WINDOW = 50

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

// The process's memory is read from /proc.
test.skipIf(process.platform !== 'linux').each([
  ['small programs', threadsFile('programs'), 'squares.ts', 1000, '50'],
  [
    'programs with 50,000 goroutines',
    threadsFile('../stress/programs'),
    'many-goroutines.ts',
    200,
    '50000',
  ],
] as const)('%s', async (_, directory, program, times, argument) => {
  const window = Array.from({ length: WINDOW }, (_, index) => index + 1)
  const runs = [...window.map(run => 10 + run), ...window.map(run => times - WINDOW + run)]
  const { answer } = await runHost<Sample[]>(
    threadsFile('programs/host-many-runs.ts'),
    [directory, program, `${times}`, runs.join(), argument],
    { limitMs: 20 * HANG_MS },
  )
  expect(answer.map(({ exit }) => exit)).toEqual(runs.map(() => 0))
  for (const kind of ['residentMiB', 'reservedMiB'] as const) {
    const [first, last] = [answer.slice(0, WINDOW), answer.slice(WINDOW)].map(part =>
      mean(part.map(one => one[kind])),
    )
    console.log(
      `${program}: ${kind} ${first.toFixed(1)} after 10 runs, ${last.toFixed(1)} after ${times}`,
    )
    expect(last, kind).toBeLessThan(first * MOST_GROWTH)
  }
})
