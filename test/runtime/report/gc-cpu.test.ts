import { expect, test } from 'vitest'
import { formatSummary } from '../../../runtime/report/summary.ts'
import { humanPercent } from '../../../runtime/report/units.ts'
import { aHandRun } from '../../support/hand-run.ts'
import { totalsOf } from './records.ts'

// The run has 2 Ps on 1 CPU, so a stop counted once for each P would show.
const { record, stderr } = await aHandRun()
const { cycles, procs, cpus, activeMs, memStats } = record

/** What the collector took until the end of each cycle, summed from the cycles of the record. */
const sums: number[] = []
for (const { stwSetupUs, stwTerminationUs, cpuMs } of cycles) {
  const stoppedMs = ((stwSetupUs + stwTerminationUs) / 1e3) * Math.min(procs, cpus)
  const { assist, dedicated, fractional } = cpuMs
  sums.push((sums.at(-1) ?? 0) + stoppedMs + assist + dedicated + fractional)
}

test('the run stops more Ps than there are CPUs', () => {
  expect(cpus).toBeLessThan(procs)
  expect(sums.at(-1)).toBeGreaterThan(0)
})

test('MemStats has the share that the cycles sum to', () => {
  expect(memStats.GCCPUFraction).toBeCloseTo((sums.at(-1) ?? 0) / (activeMs * procs), 9)
})

test('the summary says the share of MemStats, and its parts sum to it', () => {
  const lines = formatSummary(record, totalsOf(cycles)).split('\n')
  const percentOf = (label: string): string =>
    lines.find(line => line.trim().startsWith(label))?.match(/[\d.]+ %/)?.[0] ?? ''
  expect(percentOf('GC CPU')).toBe(humanPercent(memStats.GCCPUFraction))
  const parts = ['assist', 'dedicated', 'fractional', 'stopped'].map(part =>
    Number.parseFloat(percentOf(part)),
  )
  const sum = parts.reduce((all, part) => all + part, 0)
  // Each of the five is rounded to a tenth of a percent.
  expect(Math.abs(sum - memStats.GCCPUFraction * 100)).toBeLessThanOrEqual(0.25)
})

test('gctrace says the share at the end of each cycle', () => {
  const said = [...stderr.matchAll(/^gc \d+ @[\d.]+s (\d+)%/gm)].map(([, percent]) =>
    Number(percent),
  )
  const ends = cycles.map(
    ({ startMs, stwSetupUs, markMs, stwTerminationUs }) =>
      startMs + (stwSetupUs + stwTerminationUs) / 1e3 + markMs,
  )
  expect(said).toEqual(
    sums.map((sum, index) => Math.trunc((100 * sum) / ((ends[index] ?? 0) * procs))),
  )
})
