// A schedule that fails, on a collector that is broken on purpose: found, run again from its seed, and shrunk.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { buildTree } from '../../trust/mutants/build.ts'
import { mutants } from '../../trust/mutants/catalogue.ts'
import { inScratch, runNode } from '../support/run-cli.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

test('a schedule found to fail fails 20 times of 20 from its seed, and its order shrinks to a quarter at most', async () => {
  const mutant = mutants.find(({ name }) => name === 'no-deletion-shade')
  if (mutant === undefined) throw new Error('the catalogue has no mutant no-deletion-shade')
  using tree = buildTree(repository, mutant)
  const command = [
    '--conditions=controlled',
    join(tree.directory, 'dist/trust/hunt/main.js'),
    join(tree.directory, 'test/stress/programs/races.ts'),
    ...'--schedule random --check --zeal 5,concurrent --procs 2 --replays 20 --minutes 0.7 --share 0.25'.split(' '),
    ...['--', '2', '30', '3'],
  ]
  await inScratch(async scratch => {
    const { code, stdout, stderr } = await runNode(command, { limitMs: 110_000 }, scratch)
    console.log(stdout)
    expect(code, stderr).toBe(1)
    expect(stdout).toMatch(/^seed \d+ fails, after \d+ schedules: breach: /)
    expect(stdout).toContain('20 of 20 the same failure in the same order')
    const [, all, left] = /order: (\d+) switches, shrunk to (\d+)/.exec(stdout) ?? []
    expect(Number(left) * 4).toBeLessThanOrEqual(Number(all))
  })
})
