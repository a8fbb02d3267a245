/**
 * `npm run test:mutants`: breaks the collector in one way after another, runs the checks against each, and prints a table of what caught it.
 *
 *   first the unmutated tree: every check must pass there, and what it takes sets the limits
 *   then each mutant: a tree with it put in, every check in it
 *
 * The tally is written after each mutant. A later run with it does not repeat what was done with the same sources, so an interrupted run can be taken up.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UsageError } from '../../runtime/usage-error.ts'
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
  --first        go on with the next mutant as soon as a check has caught one
  --seed N       first seed of programs and schedules (default: 1)
  --jobs N       mutants at a time (default: 1)
  --json FILE    the tally: written after each mutant, and taken up again if the sources are the same
  --list         what the mutants are, and what cannot be shown
  --help         this text

Exit: 0 every mutant is caught, 1 one is not, or a check fails without any mutant.

Example:
  npm run test:mutants -- --only no-deletion-shade --only hidden-last-pointer --json mutants.json
`

/** From dist/trust/mutants/. */
const repository = fileURLToPath(new URL('../../../', import.meta.url))

/** For checks of the unmutated tree, ms; a mutant may take this many times what that took, and a bit more. */
const FIRST_LIMIT_MS = 300_000
const LIMIT_FACTOR = 3
const LIMIT_MORE_MS = 30_000

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    check: { type: 'string', multiple: true },
    first: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    json: { type: 'string' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** What a result depends on: all that is put into a tree, and how it was asked for. */
function sourcesHash(): string {
  const hash = createHash('sha256').update(`${values.seed} ${values.first} ${values.check?.join() ?? ''}`)
  for (const folder of ['heap', 'verify', 'gc', 'scheduler', 'runtime', 'test', 'trust'].filter(isThere))
    for (const file of readdirSync(join(repository, folder), { recursive: true, withFileTypes: true }))
      if (file.isFile() && file.name.endsWith('.ts')) hash.update(readFileSync(join(file.parentPath, file.name)))
  return hash.digest('hex')
}

function isThere(folder: string): boolean {
  return existsSync(join(repository, folder))
}

class Campaign {
  readonly results: Result[]
  private readonly hash = sourcesHash()
  private readonly chosen: readonly Check[]
  private readonly limits = new Map<string, number>()
  private readonly interruption: AbortSignal

  constructor(chosen: readonly Check[], interruption: AbortSignal) {
    this.chosen = chosen
    this.interruption = interruption
    this.results = this.recall()
  }

  /** The mutants that the tally does not know yet. */
  left(all: readonly Mutant[]): Mutant[] {
    return all.filter(({ name }) => !this.results.some(result => result.mutant === name))
  }

  /** Every check on the tree as it is. False if one fails. */
  async passesUnmutated(): Promise<boolean> {
    const result = await this.examine(null)
    for (const { check, verdict } of result.verdicts) {
      this.limits.set(check, verdict.seconds * 1000 * LIMIT_FACTOR + LIMIT_MORE_MS)
      if (!verdict.caught)
        say(`${check} passes without any mutant, in ${verdict.seconds.toFixed(1)} s: ${verdict.runs}`)
      else say(`${check} fails without any mutant: ${verdict.by}: ${verdict.evidence}`)
    }
    return result.verdicts.every(({ verdict }) => !verdict.caught)
  }

  async examineAll(left: Mutant[], jobs: number): Promise<void> {
    const began = performance.now()
    const all = left.length
    const one = async (): Promise<void> => {
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        const result = await this.examine(mutant)
        if (this.interruption.aborted) return
        this.results.push(result)
        this.remember()
        const done = all - left.length
        const minutes = ((performance.now() - began) / done / 60_000) * left.length
        say(`${done} of ${all}: ${summary(result)}; about ${minutes.toFixed(0)} min left`)
      }
    }
    await Promise.all(Array.from({ length: jobs }, one))
  }

  private async examine(mutant: Mutant | null): Promise<Result> {
    using tree = buildTree(repository, mutant)
    const verdicts: { check: string; verdict: Verdict }[] = []
    for (const { name, run } of this.chosen) {
      const verdict = await run({
        directory: tree.directory,
        seed: Number(values.seed),
        limitMs: this.limits.get(name) ?? FIRST_LIMIT_MS,
        signal: this.interruption,
      })
      if (this.interruption.aborted) break
      verdicts.push({ check: name, verdict })
      if (verdict.caught && values.first) break
    }
    return { mutant: mutant?.name ?? '', verdicts }
  }

  private recall(): Result[] {
    if (values.json === undefined) return []
    try {
      const { hash, results } = JSON.parse(readFileSync(values.json, 'utf8')) as { hash: string; results: Result[] }
      return hash === this.hash ? results : []
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw error
    }
  }

  private remember(): void {
    if (values.json === undefined) return
    writeFileSync(values.json, `${JSON.stringify({ hash: this.hash, results: this.results }, null, 1)}\n`)
  }
}

function summary({ mutant, verdicts }: Result): string {
  const said = verdicts.map(({ check, verdict }) => `${check} ${verdict.caught ? verdict.by : 'not'}`)
  return `${mutant}: ${said.join(', ')}`
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function list(): void {
  for (const { name, what, origin } of mutants) say(`${name}: ${what}${origin === '' ? '' : ` (${origin})`}`)
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
      throw new UsageError(`there is no ${what} '${name}'; there is ${all.map(({ name }) => name).join(', ')}`)
    return found
  })
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= 2 ** 31) return number
  throw new UsageError(`--${option} must be a whole number from 1, not '${text}'`)
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
  wholeNumber('seed', values.seed)
  const jobs = wholeNumber('jobs', values.jobs)
  const wanted = chosenBy('mutant', mutants, values.only)
  const chosen = chosenBy('check', checks, values.check)
  const interruption = new AbortController()
  process.once('SIGINT', () => interruption.abort())
  const campaign = new Campaign(chosen, interruption.signal)
  const left = campaign.left(wanted)
  if (left.length > 0 && !(await campaign.passesUnmutated())) return 1
  await campaign.examineAll(left, jobs)
  const shown = campaign.results.filter(({ mutant }) => wanted.some(({ name }) => name === mutant))
  process.stdout.write(table(wanted, shown, !values.first))
  const isCaught = ({ verdicts }: Result): boolean => verdicts.some(({ verdict }) => verdict.caught)
  return shown.length === wanted.length && shown.every(isCaught) ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  say(`test:mutants: ${error.message}`)
  process.exitCode = 2
}
