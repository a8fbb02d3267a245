// The pairs, and the figures made of them. Each run is a run by hand with other times: only the
// compared parts of its record and its trace are chosen here.
import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type CostRuntime, measureCosts } from '../../../lab/overrun/costs.ts'
import { BUCKETS, bucketOf } from '../../../lab/overrun/latency-buckets.ts'
import type { CycleRecord, RunRecord } from '../../../runtime/host/host.ts'
import { TraceEventWriter } from '../../../runtime/report/trace-events.ts'
import { aHandRun } from '../../support/hand-run.ts'
import { slice } from './experiments/traces.ts'

const gated = { termination: 'coordinator', gate: 'goal', credit: 'go' } as const
const program = { name: 'by hand', file: 'by-hand.ts', args: ['--much'] }

const { record } = await aHandRun()
const [first] = record.cycles as readonly [CycleRecord, ...CycleRecord[]]

/**
 * Runs take 100 ms, and gated runs 125 ms. The first of their cycles is cold. Notes which runs were
 * asked for.
 */
class HandRuns implements CostRuntime {
  readonly asked: string[] = []
  readonly seeds: number[] = []
  isClosed = false

  async run(...[file, options = {}]: Parameters<CostRuntime['run']>): Promise<RunRecord> {
    const isGated = options.gate === 'goal'
    const isLatency = file.endsWith('allocation-latency.ts')
    this.asked.push(
      `${isGated ? 'gated' : 'baseline'}${isLatency ? ' latency' : options.trace ? ' trace' : ''}`,
    )
    this.seeds.push(Number(options.seed))
    if (isLatency) {
      const counts = new Array<number>(BUCKETS).fill(0)
      counts[bucketOf(8)] = 99
      counts[bucketOf(64)] = 1
      options.stdout?.write(JSON.stringify({ counts, maxUs: isGated ? 62 : 61 }))
    }
    const wallMs = isGated ? 1250 : 1000
    if (options.trace !== undefined) {
      let text = ''
      const writer = new TraceEventWriter(part => (text += part), file, 2)
      writer.event(slice(0, 'assist', 500, isGated ? 505 : 501, 1))
      writer.close()
      writeFileSync(options.trace, text)
    }
    const cycle = (startMs: number, us: number, overrun: number): CycleRecord => ({
      ...first,
      ...{ startMs, stwSetupUs: us, stwTerminationUs: us, overrun },
    })
    const cycles = [cycle(50, 9999, 9999), cycle(200, isGated ? 15 : 10, isGated ? 0 : 300)]
    return { ...record, wallMs, cycles }
  }

  async close(): Promise<void> {
    this.isClosed = true
  }
}

const options = {
  policies: [gated],
  programs: [program],
  pairs: 6,
  procs: 2,
  seed: 40,
  rounds: 1,
  progress: () => {},
}

test('a policy is compared with the baseline of its own pair, cold cycles left out', async () => {
  const runtime = new HandRuns()
  const [baseline, ours] = await measureCosts(options, runtime)
  expect(baseline).toMatchObject({
    gate: 'off',
    throughput: { median: 1, low: 1, high: 1, pairs: 6 },
  })
  expect(ours).toMatchObject({
    program: 'by hand',
    ...gated,
    procs: 2,
    throughput: { median: 0.8, low: 0.8, high: 0.8, pairs: 6 },
    pauseRatio: { median: 1.5, low: 1.5, high: 1.5 },
    cycleRatio: 1,
    pauseUs: { p50: 15, p99: 15, p999: 15, max: 15 },
    overrun: { p50: 0, p90: 0, p99: 0, max: 0 },
  })
  expect(baseline.overrun.max).toBe(300)
  expect(ours.allocationUs).toEqual({ p50: 8, p99: 8, p999: 62, max: 62 })
  expect(baseline.allocationUs.max).toBe(61)
  expect(ours.minimumMutatorUtilization[1]).toBeCloseTo(0.5)
  expect(ours.minimumMutatorUtilization[10]).toBeCloseTo(1 - 5 / 20)
  expect(baseline.minimumMutatorUtilization[10]).toBeCloseTo(1 - 1 / 20)
  expect(runtime.isClosed).toBe(true)
})

test('which side runs first changes from pair to pair, and both have the same seed', async () => {
  const runtime = new HandRuns()
  await measureCosts(options, runtime)
  const warm = 2 * 2
  const perPair = 4
  const pairs = Array.from({ length: 6 }, (_, pair) => warm + pair * perPair)
  // The baseline's own pair comes before the gated one's.
  expect(pairs.map(first => runtime.asked.slice(first + 2, first + 4).join())).toEqual([
    'gated,baseline',
    'baseline,gated',
    'gated,baseline',
    'baseline,gated',
    'gated,baseline',
    'baseline,gated',
  ])
  expect(pairs.map(first => runtime.seeds.slice(first, first + perPair))).toEqual(
    [40, 41, 42, 43, 44, 45].map(seed => [seed, seed, seed, seed]),
  )
})

test('no throughput is taken from runs that are timed inside or traced', async () => {
  const runtime = new HandRuns()
  const [, ours] = await measureCosts({ ...options, rounds: 2 }, runtime)
  expect(runtime.asked.filter(what => what.includes(' ')).sort()).toEqual(
    ['baseline latency', 'baseline trace', 'gated latency', 'gated trace'].flatMap(what => [
      what,
      what,
    ]),
  )
  expect(ours.throughput.pairs).toBe(6)
})

test('a wait that only its safety net ended makes the measurement void', async () => {
  const runtime = new HandRuns()
  const rescued: CostRuntime = {
    run: async (...of) => ({ ...(await runtime.run(...of)), rescues: 2 }),
    close: () => runtime.close(),
  }
  await expect(measureCosts(options, rescued)).rejects.toThrow(
    'by hand under coordinator/off/go: 2 waits were ended by their safety net, must be 0',
  )
  expect(runtime.isClosed).toBe(true)
})
