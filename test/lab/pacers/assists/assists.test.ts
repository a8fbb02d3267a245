import { describe, expect, test } from 'vitest'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { Distribution } from '../../../../lab/pacers/assists/distribution.ts'
import { assistsIn } from '../../../../lab/pacers/assists/real.ts'
import { assistsHtml } from '../../../../lab/pacers/assists/report.ts'
import { simulatedAssists } from '../../../../lab/pacers/assists/simulated.ts'
import { formatAssists } from '../../../../lab/pacers/assists/table.ts'
import { drawn, scenarioNamed } from '../../../../lab/pacers/scenarios/library.ts'
import { GC_LANE, type TraceEvent } from '../../../../runtime/report/trace-events.ts'

test('time is spread over the tenths in which it was spent, and what is outside of the mark does not count', () => {
  const distribution = new Distribution()
  expect(distribution.shares()).toBeNull()
  distribution.add(0.05, 0.15, 2)
  distribution.add(0.9, 1.1, 4)
  const shares = distribution.shares() as number[]
  // One of two in the first tenth, one in the second, and two of four in the last.
  expect(shares[0]).toBeCloseTo(1 / 4, 9)
  expect(shares[1]).toBeCloseTo(1 / 4, 9)
  expect(shares[9]).toBeCloseTo(1 / 2, 9)
})

test('a trace’s assists count in the mark that they are in, from a cycle on', () => {
  const mark = (cycle: number, startMs: number): TraceEvent => ({
    ...{ kind: 'slice', name: 'mark', p: GC_LANE, startMs, durationMs: 10 },
    args: { cycle, marked: 0 },
  })
  const assist = (startMs: number, durationMs: number): TraceEvent => ({
    ...{ kind: 'slice', name: 'assist', p: 0, startMs, durationMs, args: { scanWork: 1 } },
  })
  const events = [mark(1, 0), assist(9, 1), mark(2, 100), assist(100, 3), assist(107, 1)]
  const shares = assistsIn({ procs: 1, events }, 1).shares() as number[]
  expect(shares.map(share => Number(share.toFixed(6)))).toEqual([
    ...[0.25, 0.25, 0.25, 0, 0, 0, 0, 0.25, 0, 0],
  ])
})

describe('in the simulator, with a high rate of allocation', () => {
  const scenario = drawn(scenarioNamed('proposal/high-ratio'), 1)
  const firstHalf = (pacer: string): number =>
    (simulatedAssists(scenario, pacerNamed(pacer)).shares() as number[])
      .slice(0, 5)
      .reduce((sum, share) => sum + share, 0)

  test.each(['redesign', 'go1.21'])('%s spreads assists evenly over the mark', pacer => {
    expect(firstHalf(pacer)).toBeCloseTo(0.5, 2)
  })

  test('go1.14 asks for more of them towards the end, as the heap exceeds what it expected', () => {
    expect(firstHalf('go1.14')).toBeLessThan(0.4)
  })
})

test('a pacer without assists is a row that says so, and no chart', () => {
  const results = {
    ...{ schema: 1 as const, command: 'sawtooth pacers assists', seed: 1, scenario: 'x' },
    machine: { cpu: 'cpu', cores: 2, platform: 'linux x64', node: 'v20', go: null },
    assists: [{ pacer: 'fixed', engine: 'stepped' as const, shares: null }],
  }
  expect(formatAssists(results)).toMatch(/^fixed +stepped +no assists$/m)
  expect(assistsHtml(results)).toContain('no assists')
})
