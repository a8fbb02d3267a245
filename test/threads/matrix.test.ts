import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { runNode } from '../support/run-cli.ts'
import { isLong } from '../support/size.ts'

const matrix = fileURLToPath(new URL('../matrix.js', import.meta.url))

test('every example gives its result on 1 P, and on 4 checked with collections before allocations', async () => {
  const { code, stdout, stderr } = await runNode(
    [matrix, '--slice', '--zeal', isLong ? '1' : '30'],
    { limitMs: 5 * HANG_MS },
    tmpdir(),
  )
  console.log(stdout)
  expect(code, `${stdout}${stderr}`).toBe(0)
  const counts = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as {
    runs: number
    wrong: number
    rescues: number
  }
  expect(counts).toMatchObject({ wrong: 0, rescues: 0 })
  expect(counts.runs).toBeGreaterThanOrEqual(20)
})
