import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { conclude, main } from '../../../lab/overrun/command-line.ts'
import type { OverrunResults } from '../../../lab/overrun/results.ts'
import { noResults } from '../../support/overrun-results.ts'

let stdout = ''

beforeEach(() => {
  stdout = ''
  vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    stdout += String(chunk)
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

const results = (...holds: readonly (boolean | null)[]): OverrunResults => ({
  ...noResults,
  criteria: holds.map((one, index) => ({ says: `criterion ${index}`, holds: one })),
})
const nowhere = { json: null, report: null }

test('all criteria hold: exit 0; one does not: exit 1, and it says which', async () => {
  expect(await conclude(results(true, true), nowhere)).toBe(0)
  expect(await conclude(results(true, false), nowhere)).toBe(1)
  expect(stdout).toBe(
    `\nok      criterion 0\nok      criterion 1\n\nok      criterion 0\nFAILED  criterion 1\n`,
  )
})

test('a criterion that is not told is neither: it says so, and does not decide the exit', async () => {
  expect(await conclude(results(true, null), nowhere)).toBe(0)
  expect(stdout).toContain('\nuntold  criterion 1\n')
  expect(await conclude(results(null, false), nowhere)).toBe(1)
})

test('results are written whether or not the criteria hold', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'overrun-test-'))
  try {
    const json = join(directory, 'results.json')
    await conclude(results(false), { json, report: null })
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual(results(false))
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('help has an example, and every option of the sweep', async () => {
  expect(await main(['--help'])).toBe(0)
  expect(stdout).toMatch(/Examples:\n {2}sawtooth overrun --quick\n/)
  for (const name of [
    'goal',
    'procs',
    'noise',
    'instances',
    'wait',
    'termination',
    'gate',
    'credit',
    'stack-scans',
    'cause',
    'fault',
    'with-go',
  ])
    expect(stdout).toContain(`--${name} `)
  for (const name of [
    'quick',
    'seconds',
    'cycles',
    'seed',
    'json',
    'report',
    'campaign',
    'minutes',
  ])
    expect(stdout).toContain(`--${name} `)
})
