/**
 * `npm run test:mutants`: breaks the collector in one way after another, runs the checks against
 * each mutant, and prints a table of what caught it.
 *
 * 1. Every check must pass on the unmutated tree. The time that it takes there sets its limit.
 * 2. Each mutant is put into a tree of its own, and every check runs in that tree.
 *
 * The tally is written after each check. A later run with the same sources does not repeat what the
 * tally holds. So an interrupted run can be continued, and more checks can be asked for.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { interruptible } from '../../runtime/host/signals.ts'
import { outputsOf, readOrExit, runCommand, wholeNumber } from '../support/command.ts'
import { buildTree } from './build.ts'
import { equivalents, type Mutant, mutants } from './catalogue.ts'
import { type Check, checks, type Verdict } from './checks.ts'
import { type Result, table } from './table.ts'

const help = `Breaks the collector in one way after another, and tells which checks catch it.

Usage:
  npm run test:mutants -- [options]

Options:
  --only NAME    only this mutant (repeatable)
  --check NAME   only this check (repeatable): ${checks.map(({ name }) => name).join(', ')}
  --until N      go on with the next mutant as soon as N checks have caught one: 1 tells that it is caught, 2 whether by
                 one check alone (default: all checks, whatever they catch)
  --seed N       first seed of programs and schedules (default: 1)
  --jobs N       mutants at a time (default: 1)
  --json FILE    the tally: written after each check, and taken up again if the sources and the seed are the same
  --list         what the mutants are, and what cannot be shown
  --help         this text

Exit: 0 every mutant is caught, 1 one is not, or a check fails without any mutant, 2 usage.

Example:
  npm run test:mutants -- --only no-deletion-shade --only hidden-last-pointer --json mutants.json
`

/** The root, from dist/test/mutants/. */
const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** The limit of a check of the unmutated tree, in ms. */
const FIRST_LIMIT_MS = 300_000
/** A check of a mutant may take this many times what it took unmutated, and a bit more. */
const LIMIT_FACTOR = 3
const LIMIT_MORE_MS = 30_000

const { values } = readOrExit('test:mutants', () =>
  parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      check: { type: 'string', multiple: true },
      until: { type: 'string', default: String(checks.length) },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '1' },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }),
)

/** A hash of what a verdict depends on: the sources that a tree holds, and the seed. */
function sourcesHash(): string {
  const hash = createHash('sha256').update(values.seed)
  for (const folder of ['memory', 'heap', 'gc', 'scheduler', 'runtime', 'test'].filter(isThere))
    for (const file of readdirSync(join(repository, folder), {
      recursive: true,
      withFileTypes: true,
    }))
      if (file.isFile() && file.name.endsWith('.ts'))
        hash.update(readFileSync(join(file.parentPath, file.name)))
  return hash.digest('hex')
}

function isThere(folder: string): boolean {
  return existsSync(join(repository, folder))
}

/** What caught a mutant when docs/mutants.md was made: a check, and if that is `unit`, its test. */
interface Catcher {
  readonly check: string
  readonly test?: string
}

function catchersOfTheTable(): Map<string, Catcher> {
  const page = join(repository, 'docs/mutants.md')
  const rows = existsSync(page)
    ? readFileSync(page, 'utf8').matchAll(/^\| `([\w-]+)`.*?\| ([a-z]+(?:-\d)?): ([\w/-]+)/gm)
    : []
  return new Map(
    [...rows].map(([, name = '', check = '', by = '']) => [
      name,
      check === 'unit' ? { check, test: `test/${by}.test.ts` } : { check },
    ]),
  )
}

class Campaign {
  readonly results: Result[]
  private readonly hash = sourcesHash()
  private readonly chosen: readonly Check[]
  /** A mutant that this many checks have caught is left. */
  private readonly enough: number
  private readonly limits = new Map<string, number>()
  private readonly interruption: AbortSignal
  private readonly catchers = catchersOfTheTable()

  constructor(chosen: readonly Check[], enough: number, interruption: AbortSignal) {
    this.chosen = chosen
    this.enough = enough
    this.interruption = interruption
    this.results = this.recall()
  }

  /** True if every check runs on every mutant. */
  get isForEach(): boolean {
    return this.enough > 1 && this.chosen.length === checks.length
  }

  /** The mutants for which the tally lacks a verdict. */
  left(all: readonly Mutant[]): Mutant[] {
    return all.filter(({ name }) => this.checksLeft(this.resultOf(name)).length > 0)
  }

  /** The check that caught the mutant before comes first. */
  private checksLeft({ mutant, verdicts }: Result): readonly Check[] {
    if (verdicts.filter(({ verdict }) => verdict.caught).length >= this.enough) return []
    const left = this.chosen.filter(({ name }) => !verdicts.some(({ check }) => check === name))
    const likely = this.catchers.get(mutant)?.check
    return left.sort((a, b) => Number(b.name === likely) - Number(a.name === likely))
  }

  private resultOf(mutant: string): Result {
    return this.results.find(result => result.mutant === mutant) ?? { mutant, verdicts: [] }
  }

  /** Runs every check on the unmutated tree. False if one fails. */
  async passesUnmutated(): Promise<boolean> {
    using tree = buildTree(repository, null)
    let passes = true
    for (const check of this.chosen) {
      const verdict = await this.examine(tree.directory, check)
      if (this.interruption.aborted) return false
      this.limits.set(check.name, verdict.seconds * 1000 * LIMIT_FACTOR + LIMIT_MORE_MS)
      passes &&= !verdict.caught
      if (!verdict.caught)
        say(
          `${check.name} passes without any mutant, in ${verdict.seconds.toFixed(1)} s: ${verdict.runs}`,
        )
      else say(`${check.name} fails without any mutant: ${verdict.by}: ${verdict.evidence}`)
    }
    return passes
  }

  async examineAll(left: Mutant[], jobs: number): Promise<void> {
    const began = performance.now()
    const all = left.length
    const one = async (): Promise<void> => {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        await this.examineMutant(mutant)
        if (this.interruption.aborted) return
        const done = all - left.length
        const minutes = ((performance.now() - began) / done / 60_000) * left.length
        say(
          `${done} of ${all}: ${summary(this.resultOf(mutant.name))}; about ${minutes.toFixed(0)} min left`,
        )
      }
    }
    await Promise.all(Array.from({ length: jobs }, one))
  }

  private async examineMutant(mutant: Mutant): Promise<void> {
    using tree = buildTree(repository, mutant)
    for (;;) {
      const result = this.resultOf(mutant.name)
      const [check] = this.checksLeft(result)
      if (check === undefined) return
      const first = this.catchers.get(mutant.name)?.test
      const verdict = await this.examine(tree.directory, check, first)
      if (this.interruption.aborted) return
      this.remember({ ...result, verdicts: [...result.verdicts, { check: check.name, verdict }] })
    }
  }

  private examine(directory: string, { name, run }: Check, first?: string): Promise<Verdict> {
    const limitMs = this.limits.get(name) ?? FIRST_LIMIT_MS
    const options = { directory, seed: Number(values.seed), limitMs, signal: this.interruption }
    return run(first === undefined ? options : { ...options, first })
  }

  private recall(): Result[] {
    if (values.json === undefined) return []
    try {
      const { hash, results } = JSON.parse(readFileSync(values.json, 'utf8')) as {
        hash?: unknown
        results: Result[]
      }
      // A file that is no tally belongs to somebody else, and is not overwritten.
      if (typeof hash !== 'string') throw new SyntaxError('there is no tally in it')
      return hash === this.hash ? results : []
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      if (error instanceof SyntaxError)
        throw new UsageError(`--json ${values.json}: ${error.message}`)
      throw error
    }
  }

  private remember(result: Result): void {
    const at = this.results.findIndex(({ mutant }) => mutant === result.mutant)
    if (at === -1) this.results.push(result)
    else this.results[at] = result
    if (values.json === undefined) return
    writeFileSync(
      values.json,
      `${JSON.stringify({ hash: this.hash, results: this.results }, null, 1)}\n`,
    )
  }
}

function summary({ mutant, verdicts }: Result): string {
  const said = verdicts.map(
    ({ check, verdict }) => `${check} ${verdict.caught ? verdict.by : `not in ${verdict.runs}`}`,
  )
  return `${mutant}: ${said.join(', ')}`
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function list(): void {
  for (const { name, what, origin } of mutants)
    say(`${name}: ${what}${origin === '' ? '' : ` (${origin})`}`)
  say('\nNot to be shown by any behaviour:')
  for (const { file, what, reason } of equivalents) say(`${file}: ${what} ${reason}`)
}

function chosenBy<T extends { readonly name: string }>(
  what: string,
  all: readonly T[],
  names?: string[],
): readonly T[] {
  if (names === undefined) return all
  return names.map(name => {
    const found = all.find(candidate => candidate.name === name)
    if (found === undefined)
      throw new UsageError(
        `there is no ${what} '${name}'; there is ${all.map(({ name }) => name).join(', ')}`,
      )
    return found
  })
}

async function main(): Promise<number> {
  if (values.help) {
    process.stdout.write(help)
    return 0
  }
  if (values.list) {
    list()
    return 0
  }
  wholeNumber('seed', values.seed, 1, 2 ** 31)
  const jobs = wholeNumber('jobs', values.jobs, 1, 64)
  const enough = wholeNumber('until', values.until, 1, checks.length)
  const wanted = chosenBy('mutant', mutants, values.only)
  const chosen = chosenBy('check', checks, values.check)
  outputsOf({ '--json': values.json })
  return interruptible(interruption =>
    examine(new Campaign(chosen, enough, interruption), wanted, jobs),
  )
}

async function examine(
  campaign: Campaign,
  wanted: readonly Mutant[],
  jobs: number,
): Promise<number> {
  const left = campaign.left(wanted)
  if (left.length > 0 && !(await campaign.passesUnmutated())) return 1
  await campaign.examineAll(left, jobs)
  const shown = campaign.results.filter(({ mutant }) => wanted.some(({ name }) => name === mutant))
  process.stdout.write(table(wanted, shown, campaign.isForEach))
  const isCaught = ({ verdicts }: Result): boolean => verdicts.some(({ verdict }) => verdict.caught)
  return shown.length === wanted.length && shown.every(isCaught) ? 0 : 1
}

await runCommand('test:mutants', main)
