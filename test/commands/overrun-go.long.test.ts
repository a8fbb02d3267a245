// `sawtooth overrun go` with Go itself, in small: every variant builds, runs and is measured.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gorootOf } from '../../lab/overrun/go-variants/goroot.ts'
import type { GoVariantResults } from '../../lab/overrun/go-variants/results.ts'
import { VARIANT_NAMES } from '../../lab/overrun/go-variants/variants.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { HANG_MS } from '../support/hang.ts'
import { inScratch, runNode } from '../support/run-cli.ts'

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

test.skipIf(orSkipped !== '')(`each variant is built and measured${orSkipped}`, async () => {
  await inScratch(async scratch => {
    const json = join(scratch, 'go.json')
    const args = [
      '--variants',
      VARIANT_NAMES.join(),
      '--procs',
      '2',
      '--rounds',
      '1',
      '--json',
      json,
    ]
    const { code, stderr } = await runNode(
      ['bin/sawtooth.js', 'overrun', 'go', ...args],
      { limitMs: 5 * HANG_MS },
      scratch,
    )
    // The machine decides whether the gate keeps its bound.
    expect([0, 1], stderr).toContain(code)
    const { rows, machine } = JSON.parse(readFileSync(json, 'utf8')) as GoVariantResults
    expect(machine.go).toMatch(/^go1\.19/)
    expect(rows.map(({ variant }) => variant)).toEqual(VARIANT_NAMES)
    for (const { cycles, pastGoals, objectsPerSecond } of rows) {
      expect(pastGoals).toHaveLength(cycles)
      expect(cycles).toBeGreaterThan(0)
      expect(objectsPerSecond).toBeGreaterThan(0)
    }
  })
})
