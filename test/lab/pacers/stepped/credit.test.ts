// What the stepped engine knows of credit, of idle time and of the plan's workers.
import { median } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import type { Facts, Pacer } from '../../../../gc/pacer/pacer.ts'
import { pacerNamed } from '../../../../gc/pacer/registry.ts'
import { workerCounts } from '../../../../gc/pacer/worker-counts.ts'
import { drawn, scenarioNamed } from '../../../../lab/pacers/scenarios/library.ts'
import { newOutcome, simulatedRun } from '../../../../lab/pacers/stepped/engine.ts'
import { smooth } from '../../../../lab/pacers/stepped/nature.ts'
import { type Outcome, type Program, SteppedRun } from '../../../../lab/pacers/stepped/run.ts'
import { MiB } from '../../../../memory/units.ts'

const go121 = pacerNamed('go1.21')
const PROCS = 4
const ALLOC = 99
const SCAN = 1024

interface Last {
  readonly out: Outcome
  readonly told: Facts
}

/** The last of some equal cycles, and the facts that its pacer was given at its end. */
function lastCycle(
  pacer: Pacer,
  program: Partial<Program> = {},
  { idle = 0, procs = PROCS, awayNs = 0 } = {},
): Last {
  let told: Facts | undefined
  const spied: Pacer = {
    ...pacer,
    endCycle(state, facts) {
      told = { ...facts }
      pacer.endCycle(state, facts)
    },
  }
  const config = { gcPercent: 100, memoryLimit: Number.POSITIVE_INFINITY, procs }
  const all = { globals: 0, initialHeap: 64 * MiB, assistCredit: 0, ...program }
  const run = new SteppedRun(spied, config, all, { ...smooth, awayNs: () => awayNs })
  const out = newOutcome()
  for (let cycle = 0; cycle < 10; cycle++)
    run.cycle([ALLOC, SCAN, 1, 1, 0, Number.NaN, 0, idle], out)
  return { out, told: told as Facts }
}

const owing = (revise: Pacer['revise']): Pacer => ({ ...go121, revise })
const marked = ({ heapScanWork, stackScanWork, globalsScanWork }: Facts): number =>
  heapScanWork + stackScanWork + globalsScanWork
const allocated = ({ heapLive, triggered }: Facts): number => heapLive - triggered

describe('credit that is left at the end of a mark', () => {
  test('is all that was scanned, if nothing is owed', () => {
    const { told } = lastCycle(owing(() => 0))
    expect(told.creditLeft).toBe(marked(told))
  })

  test('is what was scanned less what allocation owed', () => {
    // A worker scans 1024 bytes while three Ps allocate 297: 3.4 bytes of work for each byte, and
    // some of it is owed.
    const { told } = lastCycle(owing(() => 2))
    expect(told.creditLeft).toBeGreaterThan(0)
    expect(told.creditLeft).toBeCloseTo(marked(told) - 2 * allocated(told), -2)
  })

  test('is next to nothing, if all that workers scan is owed and goroutines assist', () => {
    const { told, out } = lastCycle(owing(() => 8))
    expect(out.assists).toBeGreaterThan(0.1)
    expect(told.creditLeft).toBeLessThan(marked(told) / 1000)
  })

  test('pays for what is allocated once the work is done, while the terminator is away', () => {
    const awayNs = 1_000_000
    const spent = lastCycle(
      owing(() => 2),
      {},
      { awayNs },
    )
    const kept = lastCycle(owing(() => 2))
    const bytes = allocated(spent.told) - allocated(kept.told)
    expect(bytes).toBeGreaterThan(0)
    expect(kept.told.creditLeft - spent.told.creditLeft).toBeCloseTo(2 * bytes, -2)
  })
})

describe('assist_credit', () => {
  // Nothing is owed in the first half of the work, and much in the second.
  const late = owing((_state, facts) => (facts.heapScanWork < 32 * MiB ? 0 : 8))

  test('lets assists first take what was scanned before', () => {
    const alone = lastCycle(late)
    const helped = lastCycle(late, { assistCredit: 1 })
    expect(alone.out.assists).toBeGreaterThan(0.05)
    expect(helped.out.assists).toBeLessThan(alone.out.assists / 2)
    expect(helped.told.creditLeft).toBeLessThan(alone.told.creditLeft)
  })

  test('changes nothing where no credit comes before the debts', () => {
    const ratio = owing(() => 8)
    const [without, having] = [lastCycle(ratio), lastCycle(ratio, { assistCredit: 1 })]
    expect(having.out.assists).toBeCloseTo(without.out.assists, 3)
  })
})

describe('assist_credit hardly matters to the pacers of the redesign’s table', () => {
  const shareOf = (spec: string, name: string, assistCredit: number, from: number, to: number) => {
    const scenario = drawn(scenarioNamed(name), 1)
    const global = { ...(scenario.header.global as object), assist_credit: assistCredit }
    const header = { ...scenario.header, global }
    const run = simulatedRun({ ...scenario, header }, pacerNamed(spec))
    const out = newOutcome()
    const shares = Array.from({ length: to }, (_, cycle) => {
      run(cycle, out)
      return out.utilization
    })
    return median(shares.slice(from))
  }

  test.each([
    ['stepped/steady', 15, 50],
    ['proposal/jitter', 15, 50],
    ['proposal/small-step', 51, 52],
    ['proposal/large-step', 52, 55],
    ['proposal/large-step', 70, 100],
    ['proposal/high-gogc', 25, 26],
    ['proposal/oscillation', 15, 50],
    ['proposal/big-stacks', 15, 50],
    ['proposal/big-globals', 15, 50],
    ['proposal/high-ratio', 15, 50],
  ] as const)('%s, cycles %d to %d', (name, from, to) => {
    for (const spec of ['go1.14', 'redesign']) {
      const [without, having] = [0, 1].map(credit => shareOf(spec, name, credit, from, to))
      expect(Math.abs((having as number) - (without as number)), spec).toBeLessThanOrEqual(0.01)
    }
  })
})

describe('idle_share', () => {
  test('is told to the pacer, and takes that share from the program', () => {
    const { told, out } = lastCycle(
      owing(() => 0),
      {},
      { idle: 0.5 },
    )
    const cpuNs = told.markDurationNs * PROCS
    expect(told.idleTimeNs / cpuNs).toBeCloseTo(0.5, 4)
    expect(out.utilization).toBeCloseTo(0.25, 4)
    const program = allocated(told) / (ALLOC * 1.024 * (cpuNs / 1e3))
    expect(program).toBeCloseTo(0.25, 2)
  })

  test('pays for debts, if assists take credit', () => {
    const ratio = owing(() => 8)
    const assists = (assistCredit: number): number =>
      lastCycle(ratio, { assistCredit }, { idle: 0.5 }).out.assists
    expect(assists(0)).toBeGreaterThan(0.15)
    expect(assists(1)).toBe(0)
  })

  test('is no more than workers and assists leave', () => {
    const { told } = lastCycle(
      owing(() => 8),
      {},
      { idle: 1 },
    )
    const cpuNs = told.markDurationNs * PROCS
    expect(told.idleTimeNs + told.dedicatedTimeNs + told.assistTimeNs).toBeLessThanOrEqual(cpuNs)
    expect(allocated(told)).toBe(0)
  })
})

test('workers have the share of the CPU that is planned: a fifth on 2 P, and whole ones on 8', () => {
  const split = pacerNamed('go1.10:hard=1.05,background=0.2,target=0.25')
  for (const [procs, share] of [
    [2, 0.2],
    [8, 0.25],
  ] as const) {
    const { told } = lastCycle(split, {}, { procs })
    const plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
    workerCounts(procs, plan, 0.2)
    expect(plan.dedicatedWorkers / procs + plan.fractionalGoal).toBeCloseTo(share, 12)
    expect(told.dedicatedTimeNs / (told.markDurationNs * procs)).toBeCloseTo(share, 6)
  }
})

test('a pacer that plans no workers and asks for no assists is named', () => {
  const idle: Pacer = {
    ...owing(() => 0),
    name: 'idle',
    startCycle(_state, _facts, plan) {
      plan.dedicatedWorkers = plan.fractionalGoal = 0
    },
  }
  expect(() => lastCycle(idle)).toThrow('pacer idle: startCycle plans no workers')
})

describe('idle time that comes and goes', () => {
  // Twelve cycles without, twelve with half of the CPU; the last of these ends before cycle 108.
  const outcomes = (spec: string): { place: number; assists: number }[] => {
    const scenario = drawn(scenarioNamed('soft-goal/idle-comes-and-goes'), 1)
    const run = simulatedRun(scenario, pacerNamed(spec))
    const out = newOutcome()
    return Array.from({ length: scenario.cycles }, (_, cycle) => {
      run(cycle, out)
      const place = (out.trigger - out.heapLive) / (out.goal - out.heapLive)
      return { place, assists: out.assists }
    })
  }
  const [before, withIdle, after] = [95, 107, 108] as const

  test.each(['go1.10', 'go1.14', 'redesign'])(
    'moves the trigger of %s next to the goal, and its end is paid by assists',
    spec => {
      const all = outcomes(spec)
      expect(all[before]?.place).toBeLessThan(0.8)
      expect(all[withIdle]?.place).toBeGreaterThan(0.93)
      expect(all[withIdle]?.assists).toBe(0)
      expect(all[after]?.assists).toBeGreaterThan((all[before]?.assists ?? 1) + 0.3)
    },
  )

  test('costs less where it is accounted for: the trigger stays farther from the goal', () => {
    const [plain, accounted] = [outcomes('go1.10'), outcomes('go1.10:idle=1')]
    expect(accounted[withIdle]?.place).toBeLessThan((plain[withIdle]?.place ?? 0) - 0.03)
    expect(accounted[after]?.assists).toBeLessThan((plain[after]?.assists ?? 0) - 0.1)
    expect(accounted[before]?.place).toBeCloseTo(plain[before]?.place ?? 0, 2)
  })
})
