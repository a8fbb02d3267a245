// `sawtooth overrun go price` with a made-up Go: what it prints, and that nothing is left.
// overrun-go.long.test.ts measures Go itself.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PriceResults } from '../../lab/overrun/go-price/results.ts'
import { type MadeUpGo, makeUpGo } from '../support/made-up-go.ts'
import { inScratch, type ProcessResult, runNode } from '../support/run-cli.ts'

const onUnix = test.runIf(process.platform !== 'win32')

function price(
  go: MadeUpGo,
  args: readonly string[],
  look: (scratch: string) => void = () => {},
): Promise<ProcessResult> {
  return inScratch(async scratch => {
    const goroot = join(scratch, 'go')
    makeUpGo(goroot, go)
    const all = ['bin/sawtooth.js', 'overrun', 'go', 'price', '--goroot', goroot, ...args]
    const result = await runNode(
      all.map(arg => arg.replace('SCRATCH', scratch)),
      {},
      scratch,
    )
    look(scratch)
    return result
  })
}

onUnix(
  'tables, summary and both files are there; a limit comes from what base marked',
  async () => {
    const args = ['--workloads', 'gcbench,lru', '--memory-limit', '--pairs', '6']
    const { code, stdout, stderr } = await price(
      {},
      [...args, '--json', 'SCRATCH/price.json', '--report', 'SCRATCH/price.html'],
      scratch => {
        const { blocks } = JSON.parse(
          readFileSync(join(scratch, 'price.json'), 'utf8'),
        ) as PriceResults
        expect(blocks.map(({ situation }) => situation.memoryLimit)).toEqual([
          null,
          1.25 * 2097152 + 1048576,
          null,
          1.25 * 2097152 + 1048576,
        ])
        for (const { rows } of blocks) {
          expect(rows.map(({ subject }) => subject)).toEqual(['base', 'gate', 'base again'])
          for (const { runs } of rows) expect(runs).toHaveLength(6)
        }
        expect(readFileSync(join(scratch, 'price.html'), 'utf8')).toContain('<svg ')
      },
    )
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(
      /^.*, go1\.19\.8; load [\d.]+ before, [\d.]+ after; ratios to base, 6 rounds\n/,
    )
    expect(stdout).toMatch(
      /^lru, 2 P, GOGC 100, memory limit 3\.50 MiB\n.*\ngate +1\.000 \[1\.000, 1\.000\] +within 1 % /m,
    )
    expect(stdout).toMatch(
      /^rows: 4; time more than 1 % off: 0, within 1 %: 4, hidden by noise: 0$/m,
    )
  },
)

onUnix('a program that fails is one line with its fault, exit 1', async () => {
  const build = `printf '#!/bin/sh\\necho "fatal error: all goroutines are asleep" >&2; exit 2\\n' > "$FILE"; chmod +x "$FILE"`
  const { code, stderr } = await price({ build }, ['--pairs', '6'])
  expect(stderr).toMatch(
    /^sawtooth: overrun go price: gcbench, 2 P: exit 2: fatal error: all goroutines/m,
  )
  expect(code).toBe(1)
})

test('another version is one line, exit 2', async () => {
  const { code, stderr } = await price({ version: 'go1.22.4' }, [])
  expect(stderr).toMatch(
    /^sawtooth: [^\n]+is go1\.22\.4, and the lines of overrun go are for Go 1\.19[^\n]+\n$/,
  )
  expect(code).toBe(2)
})
