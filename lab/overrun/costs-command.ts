/**
 * `sawtooth overrun costs`: throughput, pauses, allocation latency and minimum mutator utilization
 * of each policy, beside its overrun.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../machine.ts'
import { MOST_SEED } from '../random.ts'
import { readArguments } from '../read-arguments.ts'
import { writeResults } from '../write-results.ts'
import { COST_PROGRAMS, type CostProgram, measureCosts } from './costs.ts'
import { costsTable } from './costs-table.ts'
import { type Policy, parsePolicy, policyName } from './policy.ts'
import { FEWEST } from './quantile-interval.ts'
import type { Cost, Criterion, OverrunResults } from './results.ts'

/** The policy to which the criteria apply. */
const OURS: Policy = { termination: 'helping', gate: 'goal', credit: 'go' }
/** The policies that are compared with the baseline unless others are named. */
const COMPARED: readonly Policy[] = [
  { termination: 'coordinator', gate: 'off', credit: 'capped' },
  { termination: 'coordinator', gate: 'goal', credit: 'go' },
  { termination: 'helping', gate: 'off', credit: 'go' },
  OURS,
]
const PAIRS = 30
/** Rounds of latency and utilization. */
const ROUNDS = 3

export const costsHelp = `What each policy costs against Go's protocol without a gate: throughput in pairs that run in turn, pauses, latency of an
allocation with gate waits and time blocked in place, and minimum mutator utilization, beside the overrun. The baseline, which is
always measured, is compared with itself too: that is the noise of the machine. With the defaults it takes about ten minutes.

Usage:
  sawtooth overrun costs [options]

Options:
  --pairs N           pairs of runs for each policy and program, ${FEWEST} or more (default: ${PAIRS})
  --procs N           Ps, 1 to ${MAX_PS} (default: the cores)
  --policies LIST     each TERMINATION[/GATE[/CREDIT]], with commas between them
                      (default: ${COMPARED.map(policyName).join(',')})
  --gogc N            GOGC of what is compared; the baseline has 100 (default: 100). A policy that keeps its goal has less memory
                      than one that passes it: with so many percent more it has as much, and as many cycles
  --programs LIST     some of ${COST_PROGRAMS.map(({ name }) => name).join(', ')} (default: all)
  --seed N            of the runs; both of a pair have the same (default: 1)
  --json FILE         write the results
  --help              this text

Exit: 0 the criterion holds or is not asked (of ${policyName(OURS)}, over ${PAIRS} pairs or more), 1 it does not, 2 usage,
4 the file cannot be written, 130 after an interrupt.

Example:
  sawtooth overrun costs --pairs 10 --policies coordinator/goal --programs alloc-storm
`

/**
 * The command. Progress goes to standard error, the table to standard output.
 *
 * @param signal - ends the command: nothing is compared then, and it returns 130
 * @returns the exit code
 * @throws UsageError for an argument that is none
 */
export async function costsCommand(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = readArguments('overrun costs', () =>
    parseArgs({ args: [...argv], options: OPTIONS }),
  )
  if (values.help === true) {
    print(costsHelp)
    return 0
  }
  const pairs = wholeNumber({ name: '--pairs', value: values.pairs ?? PAIRS }, FEWEST, 10_000)
  const procs = wholeNumber(
    { name: '--procs', value: values.procs ?? availableParallelism() },
    1,
    MAX_PS,
  )
  const seed = wholeNumber({ name: '--seed', value: values.seed ?? 1 }, 0, MOST_SEED)
  const gogc = wholeNumber({ name: '--gogc', value: values.gogc ?? 100 }, 1, 10_000)
  const policies = values.policies?.split(',').map(parsePolicy) ?? COMPARED
  const json = outputFile(given('json', values.json))
  refuseOverwriting(namedPaths({ '--json': json }))
  const programs = values.programs?.split(',').map(programNamed) ?? COST_PROGRAMS
  const options = {
    policies,
    programs,
    pairs,
    procs,
    gogc,
    seed,
    rounds: ROUNDS,
    progress: showProgress,
    signal,
  }
  const costs = await measureCosts(options).catch(error => {
    if (!signal.aborted) throw error
  })
  if (process.stderr.isTTY) say('\r\x1b[K')
  if (costs === undefined) return 130
  const criteria =
    pairs >= PAIRS && gogc === 100
      ? costs.filter(cost => policyName(cost) === policyName(OURS)).flatMap(criteriaOf)
      : []
  print(costsTable(costs, criteria))
  const command = ['sawtooth overrun costs', ...argv].join(' ')
  const machine = thisMachine(null)
  const results: OverrunResults = {
    schema: 1,
    machine,
    command,
    cases: [],
    costs,
    experiments: [],
    criteria,
  }
  const code = criteria.every(({ holds }) => holds) ? 0 : 1
  return writeResults(code, [{ path: json, text: () => `${JSON.stringify(results, null, 1)}\n` }])
}

/**
 * What the issue asks of the policy that is to be the default.
 *
 * - Throughput: the interval reaches 0.99, and its lower end is above 0.97.
 * - Pauses: the interval of the ratio of medians does not lie entirely above 1. That is what this
 *   number of pairs can tell of "not longer".
 */
export function criteriaOf(cost: Cost): Criterion[] {
  const { throughput, pauseRatio, program } = cost
  const of = (interval: {
    readonly median: number
    readonly low: number
    readonly high: number
  }): string =>
    `${interval.median.toFixed(3)}, 95 % interval ${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}`
  const what = `${policyName(cost)} on ${program}, ${throughput.pairs} pairs`
  return [
    {
      says: `${what}: ratio of throughputs ${of(throughput)}; the interval must reach 0.99 and begin above 0.97`,
      holds: throughput.high >= 0.99 && throughput.low > 0.97,
    },
    {
      says: `${what}: ratio of median pauses ${of(pauseRatio)}; the interval must reach 1 from above or lie below it`,
      holds: pauseRatio.low <= 1,
    },
  ]
}

const OPTIONS = {
  pairs: { type: 'string' },
  procs: { type: 'string' },
  policies: { type: 'string' },
  programs: { type: 'string' },
  gogc: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

function programNamed(name: string): CostProgram {
  const found = COST_PROGRAMS.find(program => program.name === name)
  if (found !== undefined) return found
  throw new UsageError(
    `--programs must be some of ${COST_PROGRAMS.map(each => each.name).join(', ')}, not '${name}'`,
  )
}

/** On a terminal the same line each time; in a file a line each. */
function showProgress(text: string): void {
  say(process.stderr.isTTY ? `\r${text}\x1b[K` : `${text}\n`)
}
