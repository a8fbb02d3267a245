/** `npm run hunt`: looks for a schedule under which a program fails. */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { withoutControls } from '../../runtime/errors/printable.ts'
import { run } from '../../runtime/host/host.ts'
import { loadPacer } from '../../runtime/load/load-pacer.ts'
import { ProgramError } from '../../runtime/load/program-error.ts'
import { prepareProgram } from '../../runtime/load/program-files.ts'
import type { RunOptions } from '../../runtime/options/configuration.ts'
import { orderFileOf } from '../../runtime/options/schedule.ts'
import { inputGuard, namedPaths } from '../../runtime/output/output-paths.ts'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from '../../runtime/output/temporary-folder.ts'
import { buildTree } from '../mutants/build.ts'
import { mutantNamed } from '../mutants/catalogue.ts'
import { outputsOf, readOrExit, runCommand } from '../support/command.ts'
import { hunt, type Prey, replay, shrinkCatch } from './hunt.ts'

const help = `Runs a program under one schedule after another until one fails, replays that one, and shrinks its order.

Usage:
  npm run hunt -- PROGRAM [options] [-- ARGS]

Options:
  --schedule SPEC   random, pct[:changes=N,turns=N] or round-robin[:switches=N,turns=N] (default: pct)
  --seed N          the first seed (default: 1)
  --seeds N         how many (default: 1000)
  --minutes N       at most so long for hunting, and for shrinking (default: 5)
  --replays N       how often to run the failing seed again (default: 20)
  --share F         stop shrinking when at most this share of the order is left (default: 0)
  --mutant NAME     with this one of the seeded bugs (npm run test:mutants -- --list)
  --order FILE      write the shrunk order: sawtooth run PROGRAM --schedule replay:FILE
  --procs, --gogc, --arena, --zeal, --pacer, --fault, --check   as sawtooth run has them (--procs: default 3)
  --help            this text

Exit: 0 no schedule fails, 1 one does, 2 usage.

Example:
  npm run hunt -- test/stress/programs/random-graph.ts --check --zeal 5 --seeds 50 -- 1 200 3
`

/** The root, from dist/test/hunt/. */
const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** The most switches that are printed. */
const SHOWN = 12

const { values, positionals } = readOrExit('hunt', () =>
  parseArgs({
    allowPositionals: true,
    options: {
      schedule: { type: 'string', default: 'pct' },
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '5' },
      replays: { type: 'string', default: '20' },
      share: { type: 'string', default: '0' },
      mutant: { type: 'string' },
      order: { type: 'string' },
      procs: { type: 'string', default: '3' },
      gogc: { type: 'string' },
      arena: { type: 'string' },
      zeal: { type: 'string' },
      pacer: { type: 'string' },
      fault: { type: 'string', multiple: true },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }),
)

async function main(): Promise<number> {
  const [program, ...args] = positionals
  if (values.help || program === undefined) {
    process.stdout.write(help)
    return values.help ? 0 : 2
  }
  await refuseOrder(resolve(program))
  if (values.mutant !== undefined) return huntInMutant(values.mutant)
  const { procs, gogc, arena, zeal, pacer, fault, check } = values
  const given = Object.entries({ procs, gogc, arena, zeal, pacer, fault, check }).filter(
    ([, value]) => value !== undefined,
  )
  const prey: Prey = { program, options: { ...Object.fromEntries(given), args } as RunOptions }
  const limit = Number(values.minutes) * 60_000
  const began = performance.now()
  const { caught, tried } = await hunt(run, prey, {
    schedule: values.schedule,
    firstSeed: Number(values.seed),
    seeds: Number(values.seeds),
    until: began + limit,
    onSeed: seed => process.stderr.isTTY === true && process.stderr.write(`\rseed ${seed}\x1b[K`),
  })
  if (process.stderr.isTTY === true) process.stderr.write('\r\x1b[K')
  if (caught === null) {
    process.stdout.write(
      `${tried} schedules, none fails (${((performance.now() - began) / 1000).toFixed(1)} s)\n`,
    )
    return 0
  }
  process.stdout.write(
    `seed ${caught.seed} fails, after ${tried} schedules: ${withoutControls(caught.failure)}\n`,
  )
  const times = Number(values.replays)
  const same = await replay(run, prey, values.schedule, caught, times)
  process.stdout.write(
    `run again from its seed: ${same} of ${times} the same failure in the same order\n`,
  )
  if (caught.order === null) return 1
  const shrunk = await shrinkCatch(
    run,
    prey,
    caught,
    performance.now() + limit,
    Number(values.share),
  )
  process.stdout.write(
    `order: ${caught.order.length} switches, shrunk to ${shrunk.order.length} in ${shrunk.tries} tries${shrunk.minimal ? ', of which none can be left out' : ''}\n`,
  )
  for (const [p, turn, next] of shrunk.order.slice(0, SHOWN))
    process.stdout.write(`  P ${p} at its turn ${turn} → P ${next}\n`)
  if (shrunk.order.length > SHOWN)
    process.stdout.write(`  … and ${shrunk.order.length - SHOWN} more\n`)
  if (values.order !== undefined) {
    writeFileSync(values.order, `${JSON.stringify(shrunk.order)}\n`)
    process.stdout.write(`${replayCommand(prey, caught.seed, values.order)}\n`)
  }
  return 1
}

/** Throws a UsageError if the order would overwrite what the hunt reads. */
async function refuseOrder(program: string): Promise<void> {
  const { schedule, pacer, order } = values
  const outputs = outputsOf(
    { '--order': order },
    namedPaths({ 'the order of --schedule': orderFileOf(schedule) }),
  )
  if (pacer !== undefined) await loadPacer(pacer, outputs)
  const directory = makeTemporaryFolder()
  const url = new URL('../../runtime/program/program.js', import.meta.url).href
  try {
    await prepareProgram(program, directory, url, url, inputGuard(outputs))
  } catch (error) {
    // A program that cannot start counts as a failure that was found.
    if (!(error instanceof ProgramError)) throw error
  } finally {
    removeTemporaryFolder(directory)
  }
}

/** Runs the same hunt in a copy of the package with a seeded bug. */
function huntInMutant(name: string): number {
  using tree = buildTree(repository, mutantNamed(name))
  const args = process.argv
    .slice(2)
    .filter((arg, index, all) => !/^--mutant(=|$)/.test(arg) && all[index - 1] !== '--mutant')
  const hunter = join(tree.directory, 'dist/test/hunt/main.js')
  const { status } = spawnSync(process.execPath, ['--conditions=controlled', hunter, ...args], {
    stdio: 'inherit',
  })
  return status ?? 1
}

/** How to see the failure again. */
function replayCommand({ program, options }: Prey, seed: number, file: string): string {
  const { args = [], ...flags } = options
  const told = Object.entries(flags).flatMap(([name, value]) =>
    [value].flat().map(one => (one === true ? `--${name}` : `--${name} ${one}`)),
  )
  const own = args.length === 0 ? '' : ` -- ${args.join(' ')}`
  return `node --conditions=controlled bin/sawtooth.js run ${program} ${told.join(' ')} --seed ${seed} --schedule replay:${file}${own}`
}

await runCommand('hunt', main)
process.exit()
