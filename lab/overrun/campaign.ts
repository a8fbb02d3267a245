/**
 * The campaign: does one policy keep its bound in every cycle?
 *
 * 1. The natural step runs cycles without injected faults. Each further step stalls Ps at one point
 *    of the termination, for one length (campaign-steps.ts).
 * 2. A step repeats runs until enough of its cycles count, or until no P comes to its point.
 * 3. The state is written to a file after each run. The campaign takes up to half an hour, so a
 *    later command continues where an earlier one stopped.
 * 4. The campaign ends at the first cycle beyond its bound, at the first wait that only its safety
 *    net ended, and at the first run that fails or does not end.
 */
import { existsSync } from 'node:fs'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import type { CycleRecord, RunRecord } from 'sawtooth/internal/runtime/report/record'
import { humanBytes, humanCount } from 'sawtooth/internal/runtime/report/units'
import { readAs } from '../json.ts'
import { formatMachine, thisMachine } from '../machine.ts'
import type { Progress } from '../progress.ts'
import { MOST_SEED } from '../random.ts'
import { FailedRun } from '../run.ts'
import {
  amount,
  count,
  dictionary,
  object,
  oneOf,
  orNull,
  type Shape,
  text,
  whole,
} from '../shape.ts'
import { formatTable } from '../table.ts'
import { writeResults } from '../write-results.ts'
import { breachesOf } from './bound.ts'
import { faultOf, type Step, stepsOf } from './campaign-steps.ts'
import { nameOf } from './cases.ts'
import { CAMPAIGN_POLICY, type OverrunOptions } from './options.ts'
import type { CaseParameters } from './results.ts'
import { parametersShape } from './results-shape.ts'
import { checkCase, LEAST_GOAL, type Measurement, Workbench } from './workload.ts'

/** What the runs of a step have found so far. */
export interface StepState {
  readonly runs: number
  /** How long their goroutines have allocated, without the cold cycles' time. */
  readonly seconds: number
  /** All cycles. The bound was checked in each of them. */
  readonly cycles: number
  /**
   * The cycles that count: in the natural step the warm ones, in any other those in which a stall
   * struck.
   */
  readonly counted: number
  /** How often a stall struck. */
  readonly strikes: number
  /** Stops that requests at the gate raised because they had waited for too long. */
  readonly gateRaises: number
  /**
   * Cycles in which the CPU limiter limited. The gate was open in them, and nothing was promised.
   */
  readonly limited: number
  /** The largest overrun of the cycles in which it did not limit, in bytes. */
  readonly overrun: number
}

export interface CampaignState {
  readonly schema: 1
  /** The policy, and everything else that is the same in each step. */
  readonly parameters: CaseParameters
  readonly seed: number
  readonly seconds: number
  /** The states of the steps, by name. */
  readonly steps: Readonly<Record<string, StepState>>
  /** How often Ps come to each point in a cycle, as last measured. */
  readonly passesPerCycle: Readonly<Record<string, number>>
  /** What ended the campaign; null if nothing has. */
  readonly failure: string | null
}

const stateShape: Shape<CampaignState> = object({
  ...{
    schema: oneOf(1),
    parameters: parametersShape,
    seed: whole(0, MOST_SEED),
    seconds: amount,
  },
  steps: dictionary(
    object<StepState>({
      ...{ runs: count, seconds: amount, cycles: count, counted: count },
      ...{ strikes: count, gateRaises: count, limited: count, overrun: count },
    }),
  ),
  passesPerCycle: dictionary(amount),
  failure: orNull(text),
})

const PROCS = 4
/** After this many runs without a strike, the program is taken not to come to the point. */
const MOST_UNSTRUCK_RUNS = 3
/** The length of a step's first run, and the bounds for every other, in seconds. */
const FIRST_SECONDS = 0.5
const LEAST_SECONDS = 0.25
const MOST_SECONDS = 5

const EMPTY: StepState = {
  runs: 0,
  seconds: 0,
  cycles: 0,
  counted: 0,
  strikes: 0,
  gateRaises: 0,
  limited: 0,
  overrun: 0,
}

/**
 * Returns the exit code: 1 at the first breach, 4 if the file cannot be written, else 0, even if
 * time ran out before all steps were done.
 */
export async function runCampaign(
  options: OverrunOptions,
  signal: AbortSignal,
  progress: Progress,
): Promise<number> {
  const { file, minutes } = options.campaign as NonNullable<OverrunOptions['campaign']>
  const parameters = parametersOf(options)
  checkCase(parameters)
  let state = stateIn(file, parameters, options.seed)
  // 4 once the file could not be written: what is not written down is measured in vain.
  let written = 0
  const steps = stepsOf()
  const until = performance.now() + minutes * 60_000
  if (state.failure === null) {
    await using bench = new Workbench(signal)
    for (const step of steps) {
      while (
        !isDone(step, state.steps[step.name]) &&
        performance.now() < until &&
        state.failure === null &&
        written === 0
      ) {
        progress.show(progressOf(step, steps, state, until))
        state = await advanced(state, step, bench)
        written = await writeResults(0, [
          { path: file, text: () => `${JSON.stringify(state, null, 1)}\n` },
        ])
      }
    }
  }
  progress.erase()
  print(`${formatMachine(thisMachine(null))}\n${formatCampaign(steps, state)}`)
  return state.failure === null ? written : 1
}

function parametersOf({ lists }: OverrunOptions): CaseParameters {
  return {
    runtime: 'sawtooth',
    termination: lists.termination?.[0] ?? CAMPAIGN_POLICY.termination,
    gate: lists.gate?.[0] ?? CAMPAIGN_POLICY.gate,
    credit: lists.credit?.[0] ?? CAMPAIGN_POLICY.credit,
    wait: lists.wait[0] ?? 'sleep',
    procs: PROCS,
    goal: LEAST_GOAL,
    noise: lists.noise[0] ?? 0,
    injected: null,
  }
}

function stateIn(file: string, parameters: CaseParameters, seed: number): CampaignState {
  if (!existsSync(file))
    return { schema: 1, parameters, seed, seconds: 0, steps: {}, passesPerCycle: {}, failure: null }
  const state = readAs(file, stateShape)
  if (nameOf(state.parameters) === nameOf(parameters)) return state
  throw new UsageError(
    `--campaign ${file} is of ${nameOf(state.parameters)}, not of ${nameOf(parameters)}: give it another file`,
  )
}

/** Whether enough cycles count, or the program does not come to the point. */
export function isDone({ wanted, point }: Step, { counted, runs } = EMPTY): boolean {
  return counted >= wanted || (point !== null && counted === 0 && runs >= MOST_UNSTRUCK_RUNS)
}

/** The state after another run of a step. */
async function advanced(
  state: CampaignState,
  step: Step,
  bench: Workbench,
): Promise<CampaignState> {
  const before = state.steps[step.name] ?? EMPTY
  const runs = Object.values(state.steps).reduce((sum, one) => sum + one.runs, 0)
  const seconds = secondsFor(step, before)
  const injected = step.point === null ? null : faultOf(step, state.passesPerCycle[step.point])
  const began = performance.now()
  let measured: Measurement
  try {
    measured = await bench.run(
      { ...state.parameters, injected },
      seconds,
      (state.seed + runs) >>> 0,
    )
  } catch (error) {
    if (error instanceof FailedRun) return { ...state, failure: `${step.name}: ${error.message}` }
    throw error
  }
  const { all, record } = measured
  const struck = record.faults.find(({ point }) => point === step.point)
  const after: StepState = {
    runs: before.runs + 1,
    seconds: before.seconds + seconds,
    cycles: before.cycles + all.length,
    counted: before.counted + (struck === undefined ? measured.warm.length : struck.cycles),
    strikes: before.strikes + (struck?.strikes ?? 0),
    gateRaises: before.gateRaises + all.reduce((sum, cycle) => sum + cycle.gateRaises, 0),
    limited: before.limited + all.filter(({ gcCpuLimited }) => gcCpuLimited).length,
    overrun: Math.max(
      before.overrun,
      ...all.map(({ overrun, gcCpuLimited }) => (gcCpuLimited ? 0 : overrun)),
    ),
  }
  const passes = record.faults.map(
    ({ point, passes: count }) => [point, count / Math.max(1, all.length)] as const,
  )
  return {
    ...state,
    seconds: state.seconds + (performance.now() - began) / 1000,
    steps: { ...state.steps, [step.name]: after },
    passesPerCycle: { ...state.passesPerCycle, ...Object.fromEntries(passes) },
    failure: failureOf(step, state.parameters, all, record),
  }
}

/**
 * What a run shows that must not happen: a cycle beyond its bound, with its record, or a rescue.
 * null if it shows neither.
 */
export function failureOf(
  { name }: Step,
  { gate }: CaseParameters,
  cycles: readonly CycleRecord[],
  { rescues, seed }: Pick<RunRecord, 'rescues' | 'seed'>,
): string | null {
  const [breach] = breachesOf(cycles, gate)
  if (breach !== undefined)
    return `${name} (seed ${seed}): cycle ${breach.cycle.n} lies ${humanBytes(breach.beyond)} beyond its bound: ${JSON.stringify(breach.cycle)}`
  return rescues === 0
    ? null
    : `${name} (seed ${seed}): ${rescues} waits were ended by their safety net alone`
}

/** The length of the next run, in seconds: what the missing cycles take at the rate so far. */
function secondsFor({ wanted }: Step, { seconds, counted }: StepState): number {
  if (counted === 0) return FIRST_SECONDS
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, ((wanted - counted) * seconds) / counted))
}

function progressOf(
  step: Step,
  steps: readonly Step[],
  { steps: states }: CampaignState,
  until: number,
): string {
  const { counted } = states[step.name] ?? EMPTY
  const left = Math.max(0, Math.round((until - performance.now()) / 1000))
  return `step ${steps.indexOf(step) + 1} of ${steps.length}, ${step.name}: ${humanCount(counted)} of ${humanCount(step.wanted)} cycles, ${left} s left`
}

/** A row for each step that was begun, and how far the campaign is. */
export function formatCampaign(steps: readonly Step[], state: CampaignState): string {
  const { parameters, failure, seed, seconds } = state
  const rows = steps.flatMap(step => {
    const seen = state.steps[step.name]
    if (seen === undefined) return []
    const { cycles, counted, strikes, gateRaises, limited, overrun } = seen
    const stands =
      counted >= step.wanted ? 'done' : isDone(step, seen) ? 'no P came there' : 'begun'
    return [
      [
        step.name,
        ...[step.wanted, counted, strikes, cycles, gateRaises, limited].map(humanCount),
        humanBytes(overrun),
        stands,
      ],
    ]
  })
  const done = steps.filter(step => isDone(step, state.steps[step.name])).length
  const sumOf = (of: (step: StepState) => number): number =>
    Object.values(state.steps).reduce((sum, one) => sum + of(one), 0)
  const cycles = sumOf(one => one.cycles - one.limited)
  const heads = [
    'step',
    'wanted',
    'counted',
    'strikes',
    'all cycles',
    'gate raises',
    'CPU limited',
    'worst overrun',
    '',
  ]
  const length = `${done} of ${steps.length} steps are done, in ${Math.round(seconds)} s (seed ${seed})`
  const end =
    failure !== null
      ? `FAILED  ${failure}`
      : `ok      ${nameOf(parameters)}: the bound is kept in each of ${humanCount(cycles)} cycles, and no wait is ended by its safety net alone`
  return `${rows.length === 0 ? '' : `${formatTable(heads, rows)}\n`}${length}\n${end}\n`
}
