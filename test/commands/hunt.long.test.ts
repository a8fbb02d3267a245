// A schedule that fails on a collector that is broken on purpose: it is found, run again from its
// seed, and shrunk. The command is the one in docs/schedules.md.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runNode } from '../support/run-cli.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

const replays = 20

test('a schedule found to fail fails each time from its seed, and its order shrinks to a quarter at most', async () => {
  const command = [
    '--conditions=controlled',
    join(repository, 'dist/test/hunt/main.js'),
    ...'--mutant roots-counted-early test/stress/programs/races.ts --check --zeal 5,concurrent --schedule random'.split(
      ' ',
    ),
    ...`--minutes 600 --replays ${replays} --share 0.25 -- 2 30 2`.split(' '),
  ]
  await inScratch(async scratch => {
    const { code, stdout, stderr } = await runNode(command, { limitMs: 5 * HANG_MS }, scratch)
    console.log(stdout)
    expect(code, stderr).toBe(1)
    expect(stdout).toMatch(/^seed \d+ fails, after \d+ schedules: breach: /)
    expect(stdout).toContain(`${replays} of ${replays} the same failure in the same order`)
    const [, all, left] = /order: (\d+) switches, shrunk to (\d+)/.exec(stdout) ?? []
    expect(Number(left) * 4).toBeLessThanOrEqual(Number(all))
  })
})
