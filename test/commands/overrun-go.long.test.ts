// `sawtooth overrun go` and its price with Go itself, in small: variants build, run and are
// measured, and so is every workload with the gate.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PriceResults } from '../../lab/overrun/go-price/results.ts'
import { WORKLOAD_NAMES } from '../../lab/overrun/go-price/workloads.ts'
import type { GoTestsResults } from '../../lab/overrun/go-tests/results.ts'
import { SLOWED_DOWN } from '../../lab/overrun/go-tests/slowed-down.ts'
import { gorootOf, patched } from '../../lab/overrun/go-variants/goroot.ts'
import type { GoVariantResults } from '../../lab/overrun/go-variants/results.ts'
import { VARIANT_NAMES, VARIANTS } from '../../lab/overrun/go-variants/variants.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runNode } from '../support/run-cli.ts'
import { seed } from '../support/size.ts'

function isInstalled(): boolean {
  try {
    gorootOf(null)
    return true
  } catch (error) {
    if (error instanceof UsageError) return false
    throw error
  }
}
const orSkipped = isInstalled() ? '' : ' (skipped: there is no Go 1.19 with its sources)'

test.skipIf(orSkipped !== '')(`each variant finds its places in Go${orSkipped}`, () => {
  for (const name of VARIANT_NAMES)
    expect(patched(gorootOf(null), VARIANTS[name]).size).toBeGreaterThan(1)
})

/** Half a minute each, so two of them besides base: by the seed each has its turn. */
const others = VARIANT_NAMES.filter(name => name !== 'base')
const built = ['base', ...[seed, seed + 3].map(index => others[index % others.length])]

test.skipIf(orSkipped !== '')(`${built} are built and measured${orSkipped}`, async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'go.json')
    const args = ['--variants', built.join(), '--procs', '2', '--rounds', '1', '--json', json]
    const { code, stderr } = await runNode(
      ['bin/sawtooth.js', 'overrun', 'go', ...args],
      { limitMs: 5 * HANG_MS },
      scratch,
    )
    // The machine decides whether the gate keeps its bound.
    expect([0, 1], stderr).toContain(code)
    const { rows, machine } = JSON.parse(readFileSync(json, 'utf8')) as GoVariantResults
    expect(machine.go).toMatch(/^go1\.19/)
    expect(rows.map(({ variant }) => variant)).toEqual(built)
    for (const { cycles, pastGoals, past, objectsPerSecond } of rows) {
      expect(pastGoals).toHaveLength(cycles)
      // The goal does not move here, so each byte past it lies between two notes.
      expect(Object.values(past).reduce((sum, bytes) => sum + bytes)).toBe(
        pastGoals.reduce((sum, bytes) => sum + bytes),
      )
      expect(cycles).toBeGreaterThan(0)
      expect(objectsPerSecond).toBeGreaterThan(0)
    }
  })
})

test.skipIf(orSkipped !== '')(`each workload has a price${orSkipped}`, async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'price.json')
    const variants = ['gate']
    const args = ['--variants', variants.join(), '--gogc', '20', '--memory-limit', '--work', '0.1']
    const { code, stderr } = await runNode(
      ['bin/sawtooth.js', 'overrun', 'go', 'price', ...args, '--pairs', '6', '--json', json],
      { limitMs: 5 * HANG_MS },
      scratch,
    )
    expect(code, stderr).toBe(0)
    const { blocks } = JSON.parse(readFileSync(json, 'utf8')) as PriceResults
    expect(blocks.map(({ situation }) => situation.workload)).toEqual(
      WORKLOAD_NAMES.flatMap(name => [name, name]),
    )
    for (const { situation, rows } of blocks) {
      const isTimed = situation.workload === 'lru' || situation.workload === 'requests'
      expect(rows.map(({ subject }) => subject)).toEqual(['base', ...variants, 'base again'])
      for (const { seconds, cpuSeconds, pauseUs, latencyUs } of rows) {
        expect(Math.min(seconds, cpuSeconds, pauseUs.max)).toBeGreaterThan(0)
        expect(latencyUs === null).toBe(!isTimed)
      }
    }
  })
})

test.skipIf(orSkipped !== '')(`Go's own tests run under the gate${orSkipped}`, async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'tests.json')
    const args = ['--variants', 'gate', '--run', '^TestGc', '--times', '1', '--json', json]
    const { code, stderr } = await runNode(
      ['bin/sawtooth.js', 'overrun', 'go', 'tests', ...args],
      { limitMs: 5 * HANG_MS },
      scratch,
    )
    expect(code, stderr).toBe(0)
    const { suites, slowedDown } = JSON.parse(readFileSync(json, 'utf8')) as GoTestsResults
    expect(suites.map(({ failed }) => failed)).toEqual([[]])
    expect(suites[0]?.passed).toBeGreaterThan(3)
    expect(slowedDown.map(({ test: name }) => name)).toEqual(SLOWED_DOWN.map(({ name }) => name))
  })
})
