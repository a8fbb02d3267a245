// The soak in small: it finds nothing, counts what it has done, goes on where it left off; and it finds what is broken on purpose, writes it down and
// shrinks it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inScratch, runNode } from '../support/run-cli.ts'

const seed = process.env.SEED ?? '1'
const soak = (args: readonly string[], scratch: string) =>
  runNode(['dist/trust/soak/main.js', '--seed', seed, ...args], { limitMs: 100_000 }, scratch)

test('random programs on random configurations agree with their models, and a tally goes on', async () => {
  await inScratch(async scratch => {
    const tally = join(scratch, 'tally.json')
    const told = () => JSON.parse(readFileSync(tally, 'utf8')) as Record<string, number>
    const first = await soak(['--programs', '2', '--tally', tally], scratch)
    expect(first.code, first.stdout + first.stderr).toBe(0)
    const { programs, objects, cycles } = told()
    expect(programs).toBe(2)
    expect(objects).toBeGreaterThan(100)
    expect(cycles).toBeGreaterThan(2)
    const second = await soak(['--programs', '1', '--tally', tally], scratch)
    expect(second.code, second.stdout + second.stderr).toBe(0)
    expect(told().programs).toBe(3)
    expect(told().objects).toBeGreaterThan(objects)
  })
})

test('a link that is cut behind the back of the model is found, written down, and shrunk', async () => {
  await inScratch(async scratch => {
    const file = join(scratch, 'failure.json')
    const run = await soak(['--programs', '3', '--sabotage', 'cut', '--shrink', '3', '--failure', file], scratch)
    expect(run.code, run.stdout).toBe(1)
    const failure = JSON.parse(readFileSync(file, 'utf8'))
    expect(failure.seed).toBe(Number(seed))
    expect(failure.failure).toMatch(/^program: /)
    const size = (program: unknown): number => JSON.stringify(program).length
    expect(size(failure.shrunk.program)).toBeLessThan(size(failure.program))
  })
})
