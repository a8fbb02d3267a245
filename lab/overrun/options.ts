/** The arguments of `sawtooth overrun`. */
import { parseArgs } from 'node:util'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { faultGrammar, parseFault } from 'sawtooth/internal/runtime/options/faults'
import {
  bytes,
  type Given,
  given,
  refuse,
  text,
  wholeNumber,
} from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { itemAt } from '../indexed.ts'
import { anySeed, MOST_SEED } from '../random.ts'
import { readArguments } from '../read-arguments.ts'
import { MiB } from '../units.ts'
import { CAUSES, type CaseLists, type Cause, DEFAULT_POLICIES } from './cases.ts'
import type { ExperimentName } from './experiment.ts'
import { LARGEST_RATE_GOAL } from './experiments/rate.ts'
import { EXPERIMENT_NAMES } from './experiments.ts'
import { LEAST_GOAL } from './workload.ts'

/** The largest goal with which the heap, overrun included, still fits into an arena below 2 GiB. */
const LARGEST_GOAL = 512 * MiB
const MOST_NOISE = 64
const MOST_INSTANCES = 16

export interface OverrunOptions {
  readonly what: 'sweep' | ExperimentName
  readonly help: boolean
  readonly quick: boolean
  readonly lists: CaseLists
  /** The goals of `rate`; null: not given. */
  readonly goals: readonly number[] | null
  readonly seconds: number
  readonly cycles: number | null
  readonly seed: number
  /** Absolute paths; null: not asked for. */
  readonly json: string | null
  readonly report: string | null
  readonly campaign: { readonly file: string; readonly minutes: number } | null
}

const value = { type: 'string' } as const
const values = { type: 'string', multiple: true } as const
const flag = { type: 'boolean' } as const

const ofAll = {
  quick: flag,
  seed: value,
  json: value,
  report: value,
  help: { ...flag, short: 'h' },
} as const
const ofSweep = {
  'with-go': flag,
  goal: values,
  procs: values,
  noise: values,
  instances: values,
  wait: values,
  termination: values,
  gate: values,
  credit: values,
  'stack-scans': values,
  cause: values,
  fault: values,
  cycles: value,
  seconds: value,
  campaign: value,
  minutes: value,
} as const

/** Throws a UsageError that says what is allowed. */
export function parseOptions(argv: readonly string[]): OverrunOptions {
  const { values: options, positionals } = readArguments('overrun', () =>
    parseArgs({ args: [...argv], options: { ...ofAll, ...ofSweep }, allowPositionals: true }),
  )
  const what = whatOf(positionals)
  const isRate = what === 'rate'
  const foreign = Object.keys(options).find(
    name => what !== 'sweep' && Object.hasOwn(ofSweep, name) && !(isRate && name === 'goal'),
  )
  if (foreign !== undefined)
    throw new UsageError(`overrun ${what} has no option --${foreign}; it is the sweep's`)
  const quick = options.quick === true
  const numbers = (
    name: 'procs' | 'noise' | 'instances',
    least: number,
    most: number,
    otherwise: readonly number[],
  ): number[] =>
    listOf(name, options[name])?.map(one => wholeNumber(one, least, most)) ?? [...otherwise]
  // The arena of rate is larger.
  const largest = isRate ? LARGEST_RATE_GOAL : LARGEST_GOAL
  const goals = listOf('goal', options.goal)?.map(goal => goalOf(goal, largest)) ?? null
  const lists: CaseLists = {
    goal: goals ?? (quick ? [LEAST_GOAL] : [4 * MiB, 16 * MiB, 64 * MiB]),
    procs: numbers('procs', 1, MAX_PS, quick ? [4] : [1, 2, 4, 8]),
    noise: numbers('noise', 0, MOST_NOISE, [0]),
    instances: numbers('instances', 1, MOST_INSTANCES, [1]),
    wait: namesOf('wait', options.wait, ['sleep', 'yield', 'spin']) ?? ['sleep'],
    termination: namesOf('termination', options.termination, [
      'coordinator',
      'assist-takes-over',
      'helping',
    ]),
    gate: namesOf('gate', options.gate, ['off', 'goal', 'hard']),
    credit: namesOf('credit', options.credit, ['go', 'capped']),
    stackScans: namesOf('stack-scans', options['stack-scans'], ['owner', 'any']) ?? ['owner'],
    faults: (options.fault ?? []).map(faultOf),
    causes: namesOf('cause', options.cause, Object.keys(CAUSES) as Cause[]) ?? [],
    withGo: options['with-go'] === true,
  }
  const seed = given('seed', options.seed)
  const json = outputFile(given('json', options.json))
  const report = outputFile(given('report', options.report))
  const campaign = campaignOf(options, lists)
  refuseOverwriting(
    namedPaths({ '--json': json, '--report': report, '--campaign': campaign?.file }),
  )
  return {
    what,
    help: options.help === true,
    quick,
    lists,
    goals: isRate ? goals : null,
    seconds: secondsOf(given('seconds', options.seconds)) ?? (quick ? 3 : 4),
    cycles:
      options.cycles === undefined
        ? null
        : wholeNumber({ name: '--cycles', value: options.cycles }, 1, 1e9),
    seed: seed === undefined ? anySeed() : wholeNumber(seed, 0, MOST_SEED),
    json,
    report,
    campaign,
  }
}

/** The campaign's policy, where its options name no other. */
export const CAMPAIGN_POLICY = itemAt(DEFAULT_POLICIES, 2)

/** The options that the campaign takes. Any other would be without effect. */
const OF_CAMPAIGN = [
  'campaign',
  'minutes',
  'termination',
  'gate',
  'credit',
  'wait',
  'noise',
  'seed',
  'help',
]

interface Texts {
  readonly campaign?: string
  readonly minutes?: string
  readonly cycles?: string
  readonly seconds?: string
}

function campaignOf(texts: Texts, lists: CaseLists): OverrunOptions['campaign'] {
  const minutes = given('minutes', texts.minutes)
  const file = outputFile(given('campaign', texts.campaign))
  if (file === null) {
    if (minutes !== undefined) throw new UsageError('--minutes is of a --campaign FILE')
    return null
  }
  const foreign = Object.keys(texts).find(name => !OF_CAMPAIGN.includes(name))
  if (foreign !== undefined)
    throw new UsageError(
      `--campaign has no --${foreign}: it takes --${OF_CAMPAIGN.slice(1).join(', --')}`,
    )
  const manifold = (['termination', 'gate', 'credit', 'wait', 'noise'] as const).find(
    name => (lists[name]?.length ?? 0) > 1,
  )
  if (manifold !== undefined)
    throw new UsageError(`--campaign is of one policy: --${manifold} has several`)
  if (lists.gate?.[0] === 'off')
    throw new UsageError('--campaign needs a gate: without one there is no bound; goal or hard')
  return { file, minutes: minutes === undefined ? 30 : positive(minutes) }
}

function whatOf([name = 'sweep', second]: readonly string[]): 'sweep' | ExperimentName {
  if (second !== undefined)
    throw new UsageError(`overrun does one thing at a time: '${second}' is a second`)
  const found = (['sweep', ...EXPERIMENT_NAMES] as const).find(one => one === name)
  if (found !== undefined) return found
  throw new UsageError(
    `overrun has no ${name}; there is sweep, ${EXPERIMENT_NAMES.join(', ')}, costs, go, report: see sawtooth overrun --help`,
  )
}

/** The items of lists with commas. An option may be given more than once. */
function listOf(option: string, lists: readonly string[] | undefined): Given[] | null {
  if (lists === undefined) return null
  return [...new Set(lists.flatMap(list => list.split(',')))].map(item => ({
    name: `--${option}`,
    value: item,
  }))
}

function namesOf<Name extends string>(
  option: string,
  lists: readonly string[] | undefined,
  names: readonly Name[],
): Name[] | null {
  const items = listOf(option, lists)
  return (
    items?.map(
      item =>
        names.find(name => name === item.value) ?? refuse(item, `a list of ${names.join(', ')}`),
    ) ?? null
  )
}

function goalOf(from: Given, largest: number): number {
  const goal = bytes(from)
  if (goal !== undefined && goal >= LEAST_GOAL && goal <= largest) return goal
  return refuse(from, `a list of sizes from 4MiB to ${largest / MiB}MiB`)
}

function faultOf(spec: string): string {
  parseFault(text({ name: '--fault', value: spec }, faultGrammar))
  return spec
}

function secondsOf(from: Given | undefined): number | undefined {
  return from === undefined ? undefined : positive(from)
}

function positive(from: Given): number {
  const number = Number(from.value)
  return /^\d*\.?\d+$/.test(String(from.value)) && number > 0 && number <= 86_400
    ? number
    : refuse(from, 'a number above 0, up to 86400')
}
