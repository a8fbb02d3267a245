/** The command line of the league. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { entries } from 'sawtooth/internal/gc/pacer/registry'
import { MAX_PS } from 'sawtooth/internal/memory/layout'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { interruptible } from 'sawtooth/internal/runtime/host/signals'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import { given, wholeNumber } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { thisMachine } from '../../machine.ts'
import { Progress, remaining } from '../../progress.ts'
import { readArguments } from '../../read-arguments.ts'
import { leagueHelp } from '../help.ts'
import { leagueScenario } from '../input.ts'
import { globalsOf } from '../scenario.ts'
import { library } from '../scenarios/library.ts'
import { GLOBAL_FIELDS } from '../stepped/engine.ts'
import { commandOf, conclude } from './conclude.ts'
import { type LeagueOptions, playAll, shardOf, tasksOf } from './league.ts'
import { LEAGUE_ENGINES, type LeagueEngine } from './results.ts'

/** The scenarios that the real heap plays unless others are named: each takes seconds there. */
const REAL_SCENARIOS = [
  ...[
    'stepped/steady',
    'proposal/jitter',
    'proposal/large-step',
    'proposal/oscillation',
    'proposal/high-gogc',
  ],
  ...[
    'proposal/big-stacks',
    'ours/shrink-by-90',
    'ours/spike-train',
    'ours/gogc-in-mid-run',
    'ours/creep-through-limit',
  ],
]

const value = { type: 'string' } as const
const help = { type: 'boolean', short: 'h' } as const

/**
 * Returns 0, 1 if a task failed, or 130 after an interrupt, with what was played until then. Throws
 * a UsageError.
 */
export async function leagueCommand(argv: readonly string[]): Promise<number> {
  const texts = readArguments('pacers league', () =>
    parseArgs({
      args: [...argv],
      options: {
        ...{
          pacers: value,
          scenarios: value,
          engines: value,
          shard: value,
          seed: value,
          procs: value,
        },
        ...{ json: value, report: value, help },
      },
    }),
  ).values
  if (texts.help === true) {
    print(leagueHelp)
    return 0
  }
  const options = optionsOf(texts)
  const json = outputFile(given('json', texts.json))
  const report = outputFile(given('report', texts.report))
  const outputs = namedPaths({ '--json': json, '--report': report })
  refuseOverwriting(
    outputs,
    options.scenarios.map(spec => ({ name: 'the scenario', path: resolve(spec) })),
  )
  for (const pacer of options.pacers) await loadPacer(pacer, outputs) // wrong ones are found now
  const tasks = tasksOf(options).filter(isWanted(texts.scenarios !== undefined))
  const own = shardOf(tasks, options.shard)
  return interruptible(async signal => {
    const line = new Progress()
    const began = performance.now()
    const outcome = await playAll(own, options, signal, count =>
      line.show(`${count} of ${own.length}${remaining(began, count, own.length)}`),
    )
    line.erase()
    const [machines, command] = [[thisMachine(null)], commandOf('league', argv)]
    const code = await conclude(
      { schema: 1, machines, command, seed: options.seed, tasks, ...outcome },
      { json, report },
    )
    return signal.aborted ? 130 : code
  })
}

interface Texts {
  readonly pacers?: string
  readonly scenarios?: string
  readonly engines?: string
  readonly shard?: string
  readonly seed?: string
  readonly procs?: string
}

function optionsOf(texts: Texts): LeagueOptions {
  const pacers = unique(texts.pacers?.split(';')) ?? Object.keys(entries)
  const scenarios =
    unique(texts.scenarios?.split(',')) ??
    library.map(({ name }) => name).filter(name => isStepped(name) && hasGcPercent(name))
  for (const scenario of scenarios) leagueScenario(scenario, 1) // wrong ones are found now
  const engines = (texts.engines?.split(',') ?? ['stepped', 'noisy']) as LeagueEngine[]
  const unknown = engines.find(engine => !LEAGUE_ENGINES.includes(engine))
  if (unknown !== undefined)
    throw new UsageError(`--engines must be of ${LEAGUE_ENGINES.join(', ')}, not '${unknown}'`)
  const [seed, procs] = [given('seed', texts.seed), given('procs', texts.procs)]
  return {
    ...{ pacers, scenarios, engines, shard: shardIn(texts.shard) },
    seed: seed === undefined ? 1 : wholeNumber(seed, 0, 2 ** 31 - 1),
    procs: procs === undefined ? null : wholeNumber(procs, 1, MAX_PS),
  }
}

function unique(names: readonly string[] | undefined): string[] | undefined {
  return names === undefined ? undefined : [...new Set(names)]
}

function isStepped(name: string): boolean {
  return library.some(one => one.name === name && one.engine === 'stepped')
}

/** Without GOGC only pacers that know a memory limit ever start a cycle. */
function hasGcPercent(name: string): boolean {
  return globalsOf(leagueScenario(name, 1).scenario, GLOBAL_FIELDS).gcPercent >= 0
}

function isWanted(
  areNamed: boolean,
): (task: { engine: LeagueEngine; scenario: string }) => boolean {
  return ({ engine, scenario }) =>
    engine !== 'real' || areNamed || REAL_SCENARIOS.includes(scenario)
}

function shardIn(text: string | undefined): LeagueOptions['shard'] {
  if (text === undefined) return { k: 1, n: 1 }
  const [, k, n] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const shard = { k: Number(k), n: Number(n) }
  if (shard.k >= 1 && shard.k <= shard.n) return shard
  throw new UsageError(`--shard must be K/N, with K from 1 to N, not '${text}'`)
}
