/** The results of `sawtooth overrun go tests`, and their tables. */
import { wilson } from '../experiments/wilson.ts'
import type { Provenance } from '../go-variants/provenance.ts'
import type { Criterion } from '../results.ts'
import type { GoTestsFound, SlowedDownRow, SuiteRow } from './measure.ts'

/** What `--json` writes. */
export interface GoTestsResults extends GoTestsFound, Provenance {
  readonly schema: 1
  readonly criteria: readonly Criterion[]
}

export const SUITE_HEADS = ['variant', 'passed', 'skipped', 'failed', 'seconds', 'which']

export function suiteCells({ variant, passed, skipped, failed, seconds }: SuiteRow): string[] {
  const counts = [passed, skipped, failed.length].map(String)
  return [variant, ...counts, seconds.toFixed(0), failed.join(', ') || '-']
}

export const SLOWED_DOWN_HEADS = ['test, not slowed down', 'variant', 'runs', 'failed', 'the first']

export function slowedDownCells(row: SlowedDownRow): string[] {
  const { test, variant, runs, failures, firstFailure } = row
  return [test, variant, String(runs), String(failures), firstFailure?.split('\n', 1)[0] ?? '-']
}

/** Of each variant: that it fails no more often than base. Without base nothing is asked. */
export function criteriaOf({ suites, slowedDown }: GoTestsFound): Criterion[] {
  const known = suites.find(({ variant }) => variant === 'base')?.failed
  const own =
    known === undefined
      ? []
      : suites
          .filter(({ variant }) => variant !== 'base')
          .map(({ variant, failed }) => {
            const more = failed.filter(name => !known.includes(name))
            return {
              says: `${variant}: tests of package runtime that fail, and not in base: ${more.join(', ') || 'none'}`,
              holds: more.length === 0,
            }
          })
  return [...own, ...slowedDown.flatMap(row => slowedDownCriterion(row, slowedDown))]
}

function slowedDownCriterion(row: SlowedDownRow, all: readonly SlowedDownRow[]): Criterion[] {
  const { variant, test, runs, failures } = row
  const base = all.find(one => one.test === test && one.variant === 'base')
  if (variant === 'base' || base === undefined || runs === 0) return []
  // Chance alone makes one of two equal variants fail more often.
  const isMore = wilson(failures, runs).low > wilson(base.failures, base.runs).high
  return [
    {
      says:
        `${variant}: ${test} fails in ${failures} of ${runs} runs, base in ${base.failures}; more often` +
        ` would be an interval of 95 % that lies above base's`,
      holds: !isMore,
    },
  ]
}
