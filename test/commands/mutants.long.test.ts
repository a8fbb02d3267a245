/**
 * `npm run test:mutants` in small: the unmutated tree passes, and three mutants fail, each in a
 * check of another kind.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { buildTree, transpile } from '../mutants/build.ts'
import { mutants } from '../mutants/catalogue.ts'
import { checks, type Verdict } from '../mutants/checks.ts'
import { HANG_MS } from '../support/hang.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

async function examine(
  checkName: string,
  mutantName: string | null,
  mostRuns?: number,
): Promise<Verdict> {
  const check = checks.find(({ name }) => name === checkName)
  const mutant = mutantName === null ? null : mutants.find(({ name }) => name === mutantName)
  if (check === undefined || mutant === undefined)
    throw new Error(`no ${checkName} or no ${mutantName}`)
  using tree = buildTree(repository, mutant)
  const signal = new AbortController().signal
  return await check.run({
    directory: tree.directory,
    seed: 1,
    ...(mostRuns && { mostRuns }),
    limitMs: 5 * HANG_MS,
    signal,
  })
}

test('a source is transpiled as the build does it', () => {
  const withoutMap = (text: string): string =>
    text.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '').trimEnd()
  for (const file of ['heap/cache.ts', 'gc/cycle.ts', 'scheduler/p.ts']) {
    const built = readFileSync(join(repository, 'dist', file.replace('.ts', '.js')), 'utf8')
    expect(transpile(file, readFileSync(join(repository, file), 'utf8')).trimEnd()).toBe(
      withoutMap(built),
    )
  }
})

test.each(['controlled', 'stress'])('%s passes where nothing is broken', async check => {
  const runs = 4
  const verdict = await examine(check, null, runs)
  expect(verdict).toMatchObject({ caught: false, by: '' })
  expect(verdict.runs).toBe(runs)
})

test.each([
  ['controlled', 'roots-counted-early'],
  ['stress', 'sweep-leaves-black'],
  ['stress', 'size-class-one-short'],
])('%s catches %s', async (check, mutant) => {
  const verdict = await examine(check, mutant)
  console.log(
    `${mutant}: ${verdict.by} after ${verdict.runs} runs, ${verdict.seconds.toFixed(1)} s: ${verdict.evidence}`,
  )
  expect(verdict.caught, verdict.evidence).toBe(true)
})
