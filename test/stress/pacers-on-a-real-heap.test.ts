// What the two proposals behind Go's pacers claim for their pacers, on a real heap with Go's
// termination and without a gate. Each claim is tested on medians over cycles. The bounds leave
// room for the noise of a machine that does nothing else (2 cores of an AMD EPYC, 2 P, Node
// 20.20.2): there a cycle's share of the CPU moves by some 0.05, and the median of thirty cycles by
// 0.01 to 0.02. Beside each bound stand the simulator's figure, which is exact
// (test/lab/pacers/stepped), and the figures that were measured.
import { median } from 'simple-statistics'
import { describe, expect, test } from 'vitest'
import { HANG_MS } from '../support/hang.ts'
import { runCli } from '../support/run-cli.ts'

/** A run, a number for each cycle. */
interface Shown {
  /** Share of the CPU while marking. */
  readonly cpu: readonly number[]
  /** peak / goal. */
  readonly peak: readonly number[]
  /** How much of the way from the trigger to the goal was used up when marking ended. */
  readonly runway: readonly number[]
  /** Bytes. */
  readonly goal: readonly number[]
  /** Bytes allocated for each byte scanned, each in the time of one CPU. */
  readonly ratio: readonly number[]
}

async function shown(scenario: string, pacer: string): Promise<Shown> {
  const flags = [
    '--scenario',
    scenario,
    '--pacer',
    pacer,
    '--termination',
    'coordinator',
    '--gate',
    'off',
  ]
  const { code, stdout, stderr } = await runCli(['pacers', 'run', ...flags, '--procs', '2'], {
    limitMs: 5 * HANG_MS,
  })
  expect(code, stderr).toBe(0)
  const [head = '', ...lines] = stdout.trim().split('\n')
  const names = head.split(',')
  const rows = lines.map(line => {
    const cells = line.split(',').map(Number)
    return (name: string): number => cells[names.indexOf(name)] as number
  })
  const of = (value: (row: (typeof rows)[number]) => number): number[] => rows.map(value)
  const share = (row: (typeof rows)[number]): number => row('gc_utilization')
  return {
    cpu: of(share),
    peak: of(row => row('peak') / row('goal')),
    runway: of(row => (row('peak') - row('trigger')) / (row('goal') - row('trigger'))),
    goal: of(row => row('goal')),
    ratio: of(
      row => (((row('peak') - row('trigger')) / row('scannable')) * share(row)) / (1 - share(row)),
    ),
  }
}

/** The median over cycles, from the 15th on where nothing else is said. */
const typical = (values: readonly number[], from = 15, to = 50): number =>
  median(values.slice(from, to))

/** 1.00 in the simulator; 0.98 to 1.00. */
function expectGoalMet({ peak }: Shown): void {
  expect(typical(peak)).toBeGreaterThan(0.95)
  expect(typical(peak)).toBeLessThan(1.03)
}

/** The amplitude of a wave of that many cycles in the values. */
function wave(values: readonly number[], period: number): number {
  const sum = (of: (angle: number) => number): number =>
    values.reduce((all, value, at) => all + value * of((2 * Math.PI * at) / period), 0)
  return (2 * Math.hypot(sum(Math.cos), sum(Math.sin))) / values.length
}

test('the program keeps the pace of the scenario', async () => {
  const { ratio } = await shown('proposal/large-step', 'redesign')
  // 0.032 and 0.354 are asked for. 0.027 to 0.034 and 0.32 to 0.35 were measured: the machine scans
  // at another rate in each run, and the first run sets the rate of the second.
  expect(typical(ratio)).toBeGreaterThan(0.7 * 0.032)
  expect(typical(ratio)).toBeLessThan(1.3 * 0.032)
  expect(typical(ratio, 70, 100)).toBeGreaterThan(0.7 * 0.354)
  expect(typical(ratio, 70, 100)).toBeLessThan(1.3 * 0.354)
})

describe('golang/go#14951: soft and hard goal', () => {
  test('without them a steady heap ends its mark half way to the goal, at half of the CPU; with them it reaches the goal', async () => {
    const old = await shown('stepped/steady', 'go1.5')
    // 0.5 and 0.5 in the proposal, 0.496 and 0.50 in the simulator; 0.48 to 0.52, and 0.51 to 0.52.
    expect(typical(old.cpu)).toBeGreaterThan(0.42)
    expect(typical(old.cpu)).toBeLessThan(0.56)
    expect(typical(old.runway)).toBeGreaterThan(0.4)
    expect(typical(old.runway)).toBeLessThan(0.65)
    const soft = await shown('stepped/steady', 'go1.10')
    // 0.25 to 0.3 and 1 in the proposal, 0.309 and 0.97 in the simulator; 0.30 to 0.31 and 0.99.
    expect(typical(soft.cpu)).toBeLessThan(0.35)
    expect(typical(soft.runway)).toBeGreaterThan(0.9)
    // A fifth for workers and a twentieth for assists, with a hard goal of 1.05, takes less still.
    const split = await shown('stepped/steady', 'go1.10:hard=1.05,background=0.2,target=0.25')
    expect(typical(split.cpu)).toBeLessThan(typical(soft.cpu) - 0.015)
    expect(typical(split.runway)).toBeGreaterThan(0.9)
  })
})

describe('golang/go#44167: the redesign', () => {
  test('a steady heap: both pacers meet their goal; the old one takes more of the CPU than it should', async () => {
    const old = await shown('stepped/steady', 'go1.14')
    const redesigned = await shown('stepped/steady', 'redesign')
    expectGoalMet(old)
    expectGoalMet(redesigned)
    // Simulator: 0.31 and 0.25. Measured: 0.30 to 0.32 and 0.27 to 0.28. A late cycle takes
    // assists, and an early one gives nothing back, so the median is above the quarter.
    expect(typical(redesigned.cpu)).toBeLessThan(typical(old.cpu) - 0.01)
  })

  test('some jitter in heap and rates: both pacers bear it', async () => {
    for (const pacer of ['go1.14', 'redesign']) {
      const jittery = await shown('proposal/jitter', pacer)
      expectGoalMet(jittery)
      // 0.34 and 0.25 in the simulator; 0.30 to 0.34 and 0.27 to 0.31.
      expect(typical(jittery.cpu), pacer).toBeLessThan(0.38)
    }
  })

  test('a small step: both answer to it in its first cycle, and are done with it some cycles later', async () => {
    for (const pacer of ['go1.14', 'redesign']) {
      const { cpu } = await shown('proposal/small-step', pacer)
      // Simulator: 0.31 and 0.25, then 0.47 and 0.40, later 0.32 and 0.25. Measured in the first
      // cycles after the step: 0.46 to 0.55 and 0.34 to 0.48.
      const before = typical(cpu, 15, 51)
      expect(Math.max(...cpu.slice(51, 53)), pacer).toBeGreaterThan(before + 0.04)
      expect(Math.abs(typical(cpu, 70, 100) - before), pacer).toBeLessThan(0.05)
    }
  })

  test('a large step: the old pacer needs some cycles to answer, the new one hardly any; neither passes its goal by much', async () => {
    const old = await shown('proposal/large-step', 'go1.14')
    const redesigned = await shown('proposal/large-step', 'redesign')
    for (const { cpu } of [old, redesigned])
      expect(Math.max(...cpu.slice(51, 53))).toBeGreaterThan(typical(cpu, 15, 51) + 0.15)
    // The second to the fourth cycle. Simulator: 0.60 and 0.38. Measured: 0.54 to 0.63 and 0.31 to
    // 0.35.
    expect(median(old.cpu.slice(52, 55))).toBeGreaterThan(
      median(redesigned.cpu.slice(52, 55)) + 0.05,
    )
    // In the proposal's simulator the old pacer stays 2.5 % beyond its goal, since assists follow
    // one slope there. Here they follow what is left.
    for (const { peak } of [old, redesigned]) {
      expect(typical(peak, 60, 100)).toBeGreaterThan(0.93)
      expect(typical(peak, 60, 100)).toBeLessThan(1.03)
    }
  })

  test('ten times the heap under a GOGC of 1500: the old pacer panics, the new one lets it pass its goal and takes no more of the CPU', async () => {
    const old = await shown('proposal/high-gogc', 'go1.14')
    const redesigned = await shown('proposal/high-gogc', 'redesign')
    const spike = 25
    // 0.47 and 0.25 in the simulator; 0.40 to 0.51 and 0.23 to 0.29.
    expect(old.cpu[spike]).toBeGreaterThan(typical(old.cpu, 15, 50) + 0.06)
    expect(
      Math.abs((redesigned.cpu[spike] as number) - typical(redesigned.cpu, 15, 50)),
    ).toBeLessThan(0.05)
    // 1.03 and 1.14; 1.03 and 1.10 to 1.17.
    expect(redesigned.peak[spike]).toBeGreaterThan(1.07)
    expect(old.peak[spike]).toBeLessThan(1.07)
    // 0.94 and 0.97 a cycle later: the new one is there at once.
    expect(redesigned.peak[spike + 1]).toBeGreaterThan(0.95)
    expect(old.peak[spike + 1]).toBeLessThan(redesigned.peak[spike + 1] as number)
  })

  test('an oscillation of the rates: the new pacer follows it worse than the old one', async () => {
    const old = await shown('proposal/oscillation', 'go1.14')
    const redesigned = await shown('proposal/oscillation', 'redesign')
    // How far peak / goal follows the wave. Simulator: 0.001 and 0.018. Measured: 0.002 to 0.003
    // and 0.014 to 0.020.
    const [small, large] = [old, redesigned].map(({ peak }) => wave(peak.slice(16, 48), 8)) as [
      number,
      number,
    ]
    expect(large).toBeGreaterThan(small + 0.006)
  })

  // In the simulator the goal is 2.4 and 2.0 times as high. Measured were 3.7 and 1.9: a real stack
  // counts by its size, and a stack that is 32 MiB high has twice that. The shares are 0.367 and
  // 0.334 against 0.250 in the simulator. Measured were 0.36 to 0.41 and 0.32 against 0.26.
  test.each([
    ['large stacks', 'proposal/big-stacks', 0.05],
    ['many globals', 'proposal/big-globals', 0.03],
  ])(
    '%s: the old pacer assists for them all the time, the new one counts them, and has a higher goal',
    async (_, scenario, apart) => {
      const old = await shown(scenario, 'go1.14')
      const redesigned = await shown(scenario, 'redesign')
      expect(typical(redesigned.goal)).toBeGreaterThan(1.6 * typical(old.goal))
      expect(typical(old.cpu)).toBeGreaterThan(typical(redesigned.cpu) + apart)
      expect(typical(redesigned.peak)).toBeLessThan(1)
    },
  )

  test('a high ratio of the rates: both take much the same of the CPU, and more than they are meant to', async () => {
    const old = await shown('proposal/high-ratio', 'go1.14')
    const redesigned = await shown('proposal/high-ratio', 'redesign')
    // 0.381 and 0.322 in the simulator; 0.31 and 0.30 to 0.31.
    for (const { cpu, peak } of [old, redesigned]) {
      expect(typical(cpu)).toBeGreaterThan(0.265)
      expect(typical(cpu)).toBeLessThan(0.42)
      expect(typical(peak)).toBeGreaterThan(0.93)
      expect(typical(peak)).toBeLessThan(1.04)
    }
    expect(Math.abs(typical(old.cpu) - typical(redesigned.cpu))).toBeLessThan(0.08)
  })
})
