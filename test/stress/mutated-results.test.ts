// The results that take longest to write, each with one thing in it changed: overrun report reads
// it, or refuses it in one line.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { expectEach, expectSound, outcomeOf, overrun } from '../support/mutated-files.ts'
import { inScratch, runCli } from '../support/run-cli.ts'

test.each([
  ...['credit', 'gcsys', 'heapsampling', 'restarts', 'late-work', 'full-use'].map(name => [
    name,
    '--quick',
  ]),
  [
    'costs',
    '--pairs',
    '6',
    '--procs',
    '2',
    '--policies',
    'helping/goal',
    '--programs',
    'alloc-storm',
  ],
])('%s', async (...args) => {
  await inScratch(async scratch => {
    const [file, page] = [join(scratch, 'results.json'), join(scratch, 'report.html')]
    const { code, stderr } = await runCli(['overrun', ...args, '--seed', '7', '--json', file], {
      limitMs: 5 * HANG_MS,
    })
    expect([0, 1], stderr).toContain(code) // whether its criterion holds is no matter here
    const report = ['report', file, '--report', page]
    expect(await outcomeOf(overrun, report)).toEqual({ code: 0, said: `${page}\n` })
    await expectEach(file, 400, overrun, report, (_, what) =>
      expectSound(readFileSync(page, 'utf8'), what),
    )
  })
})
