/** The arguments of `sawtooth overrun go tests`, and its help. */
import { parseArgs } from 'node:util'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { readArguments } from '../../read-arguments.ts'
import { variantsOf } from '../go-variants/options.ts'
import { VARIANT_NAMES } from '../go-variants/variants.ts'
import type { GoTestsOptions } from './measure.ts'

export interface GoTestsCommandOptions extends GoTestsOptions {
  readonly help: boolean
  /** null: Go is looked for. */
  readonly goroot: string | null
  /** An absolute path; null: not asked for. */
  readonly json: string | null
}

const RUN = 'GC|Gc|Malloc|Memory|Heap|Finaliz|Scaveng|Mem'
const TIMES = 5
const MOST_TIMES = 1000

export const testsHelp = `Runs Go's own tests with lines of ours in Go's runtime (sawtooth overrun go --help), and with Go as it is: the tests of
package runtime, in their short form; and the programs of those tests that Go slows down or skips because of golang/go#52433 and
its relatives, without what slows them down, on 4 Ps, in turn. With the defaults it takes about two minutes on two quiet cores.

Usage:
  sawtooth overrun go tests [options]

Options:
  --variants NAME,…   some of ${VARIANT_NAMES.join(', ')} (default: base,gate)
  --run PATTERN       which tests of package runtime, as of go test -run; . all of them, which takes some minutes for each variant,
                      none to leave them out (default: ${RUN})
  --times N           how often each of the slowed-down programs is run, 0 to ${MOST_TIMES} (default: ${TIMES})
  --goroot DIR        Go 1.19, with its sources (default: of those on the PATH and under /usr/lib/go-*)
  --json FILE         write the results
  --help              this text

There is no seed: Go schedules as the machine does. A test of package runtime that fails under a variant, and not in base, is a failure
of the variant. So is a slowed-down program that fails more often than in base, by more than chance: the 95 % intervals (Wilson) of
the two shares do not meet. The table says how often each fails.

Exit: 0 no variant fails more than base, 1 one does, or a build failed, 2 usage, or no Go 1.19 with sources
(apt-get install golang-1.19 golang-1.19-src), 4 a file cannot be written, 130 after an interrupt.

Example:
  sawtooth overrun go tests --variants base,gate,gate-parks --run . --times 50 --json tests.json
`

const OPTIONS = {
  variants: { type: 'string' },
  run: { type: 'string' },
  times: { type: 'string' },
  goroot: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Throws a UsageError that says what is allowed. */
export function parseTestsOptions(argv: readonly string[]): GoTestsCommandOptions {
  const { values } = readArguments('overrun go tests', () =>
    parseArgs({ args: [...argv], options: OPTIONS }),
  )
  const run = values.run ?? RUN
  if (run === '') throw new UsageError('--run must be a pattern of test names, or none')
  return {
    help: values.help === true,
    goroot: values.goroot ?? null,
    json: outputFile(given('json', values.json)),
    variants: variantsOf(values.variants) ?? ['base', 'gate'],
    run: run === 'none' ? null : run,
    times: wholeNumber({ name: '--times', value: values.times ?? TIMES }, 0, MOST_TIMES),
  }
}
