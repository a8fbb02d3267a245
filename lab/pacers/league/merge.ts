/** The command line of `pacers merge`. */
import { resolve } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { given } from 'sawtooth/internal/runtime/options/given'
import { outputFile } from 'sawtooth/internal/runtime/options/output-option'
import { namedPaths, refuseOverwriting } from 'sawtooth/internal/runtime/output/output-paths'
import { print } from 'sawtooth/internal/runtime/output/standard-streams'
import { itemAt } from '../../indexed.ts'
import { readAs } from '../../json.ts'
import type { Machine } from '../../machine.ts'
import { readArguments } from '../../read-arguments.ts'
import { mergeHelp } from '../help.ts'
import { commandOf, conclude } from './conclude.ts'
import type { LeagueResults, Task } from './results.ts'
import { resultsShape } from './results-shape.ts'

const value = { type: 'string' } as const

/** Puts the shards of a league together. Returns 0, or 1 if a task failed. Throws a UsageError. */
export async function mergeCommand(argv: readonly string[]): Promise<number> {
  const { values, positionals: files } = readArguments('pacers merge', () =>
    parseArgs({
      args: [...argv],
      options: { json: value, report: value, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    }),
  )
  if (values.help === true) {
    print(mergeHelp)
    return 0
  }
  if (files.length === 0)
    throw new UsageError(
      'pacers merge needs the files of some shards; see sawtooth pacers merge --help',
    )
  const outputs = {
    json: outputFile(given('json', values.json)),
    report: outputFile(given('report', values.report)),
  }
  refuseOverwriting(
    namedPaths({ '--json': outputs.json, '--report': outputs.report }),
    files.map(file => ({ name: 'a shard', path: resolve(file) })),
  )
  const shards = files.map(file => readAs(file, resultsShape))
  const first = itemAt(shards, 0)
  const odd = shards.findIndex(
    ({ seed, tasks }) => seed !== first.seed || !isDeepStrictEqual(tasks, first.tasks),
  )
  if (odd >= 0) throw new UsageError(`${files[odd]} is a shard of another league than ${files[0]}`)
  expectOnce(shards, files)
  return conclude(
    {
      ...first,
      machines: different(shards.flatMap(({ machines }) => machines)),
      command: commandOf('merge', argv),
      played: shards.flatMap(({ played }) => played),
      failed: shards.flatMap(({ failed }) => failed),
    },
    outputs,
  )
}

function expectOnce(shards: readonly LeagueResults[], files: readonly string[]): void {
  const seen = new Map<string, string>()
  shards.forEach(({ played, failed }, index) => {
    for (const { pacer, scenario, engine } of [...played, ...failed] as readonly Task[]) {
      const task = `${pacer} on ${scenario}, ${engine}`
      const [before, file] = [seen.get(task), itemAt(files, index)]
      if (before !== undefined) throw new UsageError(`${task} is in ${before} and in ${file}`)
      seen.set(task, file)
    }
  })
}

function different(machines: readonly Machine[]): Machine[] {
  return machines.filter(
    (one, at) => machines.findIndex(other => isDeepStrictEqual(one, other)) === at,
  )
}
