/**
 * `sawtooth overrun`: reads arguments, measures, prints, and writes what was found. It exits with 1
 * if a criterion does not hold.
 */
import { availableParallelism } from 'node:os'
import { printable } from 'sawtooth/internal/runtime/errors/printable'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import { print, say } from 'sawtooth/internal/runtime/output/standard-streams'
import { formatMachine, thisMachine } from '../machine.ts'
import { Progress } from '../progress.ts'
import { FailedRun } from '../run.ts'
import { formatRows } from '../table.ts'
import { MiB } from '../units.ts'
import { writeResults } from '../write-results.ts'
import { runCampaign } from './campaign.ts'
import { casesOf, quickCases } from './cases.ts'
import { costsCommand } from './costs-command.ts'
import { criteriaOf } from './criteria.ts'
import type { Experiment } from './experiment.ts'
import { helpOf } from './experiment-help.ts'
import { experiments } from './experiments.ts'
import { findGo, theGo } from './find-go.ts'
import { Go } from './go.ts'
import { priceCommand } from './go-price/command.ts'
import { testsCommand } from './go-tests/command.ts'
import { goCommand } from './go-variants/command.ts'
import { help } from './help.ts'
import { type OverrunOptions, parseOptions } from './options.ts'
import { reportCommand } from './report-command.ts'
import type { Criterion, OverrunResults } from './results.ts'
import { sweep } from './sweep.ts'
import { formatAgainstGo, formatCauses, formatGaps, formatSweep } from './sweep-table.ts'
import { checkCase, Interrupted, Workbench } from './workload.ts'

/**
 * Does what the arguments after `overrun` ask for.
 *
 * @returns 0, 1 if a criterion does not hold or a run failed, 130 after an interrupt
 * @throws UsageError before anything is measured
 */
export async function main(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'costs') return interruptible(signal => costsCommand(argv.slice(1), signal))
  if (argv[0] === 'go' && argv[1] === 'price')
    return interruptible(signal => priceCommand(argv.slice(2), signal))
  if (argv[0] === 'go' && argv[1] === 'tests')
    return interruptible(signal => testsCommand(argv.slice(2), signal))
  if (argv[0] === 'go') return interruptible(signal => goCommand(argv.slice(1), signal))
  if (argv[0] === 'report') return reportCommand(argv.slice(1))
  const options = parseOptions(argv)
  const experiment = options.what === 'sweep' ? null : experimentOf(options.what)
  if (options.help) {
    print(experiment === null ? help : helpOf(experiment))
    return 0
  }
  return interruptible(signal => carryOut(argv, options, experiment, signal))
}

async function carryOut(
  argv: readonly string[],
  options: OverrunOptions,
  experiment: Experiment | null,
  signal: AbortSignal,
): Promise<number> {
  const progress = new Progress()
  try {
    const command = ['sawtooth', 'overrun', ...argv].join(' ')
    if (options.campaign !== null) return await runCampaign(options, signal, progress)
    const results =
      experiment === null
        ? await measureSweep(options, command, signal, progress)
        : await measureExperiment(experiment, options, command, progress, signal)
    progress.erase()
    return await conclude(results, options)
  } catch (error) {
    progress.erase()
    if (signal.aborted || error instanceof Interrupted) return 130
    if (!(error instanceof FailedRun)) throw error
    say(`sawtooth: overrun: ${printable(error.message)}\n`)
    return 1
  }
}

function experimentOf(name: Exclude<OverrunOptions['what'], 'sweep'>): Experiment {
  return experiments[name]
}

async function measureSweep(
  options: OverrunOptions,
  command: string,
  signal: AbortSignal,
  progress: Progress,
): Promise<OverrunResults> {
  const { lists, quick, json, report } = options
  const cores = availableParallelism()
  const asked = casesOf(lists)
  const cases = quick ? quickCases(asked, cores) : asked
  for (const one of cases) if (one.runtime === 'sawtooth') checkCase(one)
  await using go = lists.withGo ? await Go.open(theGo(), signal) : null
  await using bench = new Workbench(signal)
  const traces = json !== null || report !== null
  const found = await sweep(cases, { ...options, traces }, bench, go, progress)
  progress.erase()
  const machine = thisMachine(go?.version ?? null)
  print(
    `${formatMachine(machine)}; seed ${options.seed}\n${formatSweep(found.cases)}${formatAgainstGo(found.cases)}${formatCauses(found.cases)}${formatGaps(found.cases)}`,
  )
  if (cases.length > asked.length) print(`\n${injectedNote(cores)}\n`)
  const criteria = criteriaOf(found.tallies, quick ? cores : null)
  return { schema: 1, machine, command, cases: found.cases, costs: [], experiments: [], criteria }
}

function injectedNote(cores: number): string {
  return (
    `Each P has one of ${cores} cores to itself, so the system hardly ever takes one off, and an overrun by natural delays is\n` +
    'not to be had. The rows with an injected stall show one. (--procs above the number of cores has natural ones.)'
  )
}

/** The command of an experiment that has these options. */
export function againOf(
  { name }: Pick<Experiment, 'name'>,
  { seed, quick, goals }: Pick<OverrunOptions, 'seed' | 'quick' | 'goals'>,
): string {
  return [
    ...['sawtooth', 'overrun', name],
    ...(quick ? ['--quick'] : []),
    ...(goals === null ? [] : ['--goal', goals.map(goal => `${goal / MiB}MiB`).join()]),
    ...['--seed', seed],
  ].join(' ')
}

async function measureExperiment(
  experiment: Experiment,
  { seed, quick, goals }: OverrunOptions,
  command: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<OverrunResults> {
  const goCommand = experiment.isBesideGo === true ? findGo() : null
  await using go = goCommand === null ? null : await Go.open(goCommand, signal)
  const result = await experiment.measure({
    seed,
    quick,
    goals,
    progress: text => progress.show(text),
    signal,
    go,
  })
  progress.erase()
  const machine = thisMachine(go?.version ?? null)
  const { issue, title, rows, found, criterion } = result
  print(
    `${formatMachine(machine)}; seed ${seed}\n${issue}: ${title}\n\n${formatRows(rows)}\n${found}\n`,
  )
  return {
    schema: 1,
    machine,
    command,
    cases: [],
    costs: [],
    experiments: [{ ...result, again: againOf(experiment, { seed, quick, goals }) }],
    criteria: [criterion],
  }
}

/**
 * Prints of each criterion whether it holds, and writes the files that were asked for. Returns 0; 1
 * if a criterion does not hold; else 4 if a file could not be written.
 */
export async function conclude(
  results: OverrunResults,
  { json, report }: Pick<OverrunOptions, 'json' | 'report'>,
): Promise<number> {
  print(`\n${results.criteria.map(formatCriterion).join('')}`)
  const code = results.criteria.some(({ holds }) => holds === false) ? 1 : 0
  return writeResults(code, [
    { path: json, text: () => `${JSON.stringify(results)}\n` },
    // Loaded only when it is needed: that takes some hundred milliseconds.
    { path: report, text: async () => (await import('./report/html.ts')).reportHtml(results) },
  ])
}

function formatCriterion({ says, holds }: Criterion): string {
  const verdict = holds === null ? 'untold' : holds ? 'ok    ' : 'FAILED'
  return `${verdict}  ${says}\n`
}
