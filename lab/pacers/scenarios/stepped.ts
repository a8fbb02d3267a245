/**
 * The scenarios for the stepped engine: those of Go's pacer tests (mgcpacer_test.go), those of
 * golang/go#44167's results, those of golang/go#14951's questions, and our own. Rates are KiB per
 * CPU-millisecond.
 */
import { KiB, MiB } from '../../units.ts'
import {
  alternation,
  constant,
  delayed,
  limited,
  noise,
  oscillation,
  ramp,
  rounded,
  type Signal,
  sequence,
  spike,
  sum,
  train,
} from './signals.ts'

const CYCLES = 50
/** γ of a GOGC of 51100. */
const GROWTH_51100 = 512
const LEAST_RATE = 0.0001

interface SteppedScenario {
  readonly what: string
  readonly gogc?: number
  readonly limit?: number
  readonly cores?: number
  readonly initialHeap?: number
  readonly globals?: number
  readonly cycles?: number
  /** The cycle, from 0, in which something changes for good. */
  readonly step?: number
  readonly alloc?: Signal
  readonly scan?: Signal
  readonly growth?: Signal
  readonly fraction?: Signal
  readonly stack?: Signal
  /** GOGC of each cycle, if it changes. */
  readonly gogcOf?: Signal
  readonly follow?: Signal
  /** The share of the CPU that is left idle while a cycle marks. */
  readonly idle?: Signal
  /** Whether assists take the credit of earlier steps. */
  readonly isCreditTaken?: boolean
}

/** From a heap that doubles to one that stays, in that many cycles. */
const buildUp = (cycles: number): Signal => sum(constant(2), ramp(-1, cycles))

/** What a live heap may be multiplied by while it is built up: it ends at some hundred MiB. */
const fastBuildUp = (first: number): Signal => sum(constant(first), ramp(1 - first, 12))
const LIMIT = 512 * MiB
/** Hardly any allocation, and a heap with hardly a pointer. */
const SLOW = { alloc: constant(1), scan: constant(2048), fraction: constant(0.01) }

/** All of Go's pacer tests, by their names. What each claims: test/lab/pacers/scenarios. */
const GO: Readonly<Record<string, SteppedScenario>> = {
  steady: { what: 'nothing changes, once the heap is built up' },
  'steady-big-stacks': {
    what: '128 MiB of stacks',
    alloc: constant(132),
    stack: sum(constant(2 * KiB), ramp(128 * MiB, 8)),
  },
  'steady-big-globals': {
    what: '128 MiB of globals',
    alloc: constant(132),
    globals: 128 * MiB,
  },
  'step-alloc': {
    what: 'the program allocates three times as fast',
    alloc: sum(constant(33), delayed(50, ramp(66, 1))),
    cycles: 100,
    step: 51,
  },
  'heavy-step-alloc': {
    what: 'the program allocates eleven times as fast',
    alloc: sum(constant(33), delayed(50, ramp(330, 1))),
    cycles: 100,
    step: 51,
  },
  'step-scannable-frac': {
    what: 'for one cycle most of the heap has pointers',
    alloc: constant(128),
    fraction: sum(constant(0.2), delayed(50, spike(0.5))),
    cycles: 100,
    step: 50,
  },
  'high-gogc': {
    what: 'fifteen times as much lives, under a GOGC of 1500',
    gogc: 1500,
    step: 25,
    alloc: sum(constant(165), noise(7)),
    growth: sum(buildUp(12), noise(0.01), delayed(25, spike(14))),
  },
  'osc-alloc': {
    what: 'the rate of allocation swings, with a period of 8 cycles',
    alloc: sum(constant(67), oscillation(13, 8)),
  },
  'jitter-alloc': {
    what: 'heap and rate of allocation move a little',
    alloc: sum(constant(132), noise(13)),
    growth: sum(buildUp(12), noise(0.01)),
  },
  'heavy-jitter-alloc': {
    what: 'the same, at a high rate',
    alloc: sum(constant(330), noise(33)),
    growth: sum(buildUp(12), noise(0.01)),
  },
  'small-heap-slow-alloc': {
    what: 'a small heap, hardly any allocation',
    ...SLOW,
    growth: buildUp(3),
  },
  'medium-heap-slow-alloc': {
    what: 'a heap above the heap minimum, hardly any allocation',
    ...SLOW,
    growth: buildUp(8),
  },
  'large-heap-slow-alloc': {
    what: 'a heap of 3 GiB, hardly any allocation',
    ...SLOW,
    growth: fastBuildUp(4),
  },
  'steady-memory-limit': { what: 'a memory limit far away', limit: LIMIT },
  'steady-memory-limit-no-gc-percent': {
    what: 'the same limit, and GOGC is off',
    limit: LIMIT,
    gogc: -1,
  },
  'exceed-memory-limit': {
    what: 'twice as much lives as the memory limit allows',
    limit: LIMIT,
    growth: fastBuildUp(3.5),
  },
  'exceed-memory-limit-no-gc-percent': {
    what: 'the same, and GOGC is off',
    ...{ limit: LIMIT, gogc: -1 },
    growth: fastBuildUp(3.5),
  },
  'maintain-memory-limit': {
    what: 'a heap that comes near to the memory limit',
    limit: LIMIT,
    growth: fastBuildUp(3),
  },
  'maintain-memory-limit-no-gc-percent': {
    what: 'the same, and GOGC is off',
    ...{ limit: LIMIT, gogc: -1 },
    growth: fastBuildUp(3),
  },
}

/**
 * Those of golang/go#44167's results, with the same ratios of the rates, in this engine's form. Its
 * steady scenario is also that of Go's tests.
 */
const PROPOSAL: Readonly<Record<string, SteppedScenario>> = {
  jitter: {
    what: 'heap and rates move a little',
    alloc: sum(constant(132), noise(13)),
    growth: sum(buildUp(8), noise(0.01)),
  },
  'small-step': {
    what: 'the program allocates twice as fast',
    alloc: sum(constant(33), delayed(50, ramp(33, 1))),
    cycles: 100,
    step: 51,
  },
  'large-step': {
    what: 'the program allocates eleven times as fast',
    alloc: sum(constant(33), delayed(50, ramp(330, 1))),
    cycles: 100,
    step: 51,
  },
  // Go's test with a fifth of its heap. The heap is above the heap minimum, which is 60 MiB with
  // this GOGC, and below 1 GiB when ten times as much lives.
  'high-gogc': {
    what: 'ten times as much lives, under a GOGC of 1500',
    gogc: 1500,
    step: 25,
    alloc: sum(constant(165), noise(7)),
    growth: sum(buildUp(7), noise(0.01), delayed(25, spike(9))),
  },
  // Of the proposal's text, not of its results: with this GOGC 10 MiB have a goal of 5 GiB.
  'gogc-51100': {
    what: '10 MiB live under a GOGC of 51100, and once all that was allocated',
    ...{ gogc: 51_100, initialHeap: 10 * MiB, cycles: 40, step: 25 },
    alloc: constant(165),
    growth: i => (i === 25 ? GROWTH_51100 : i === 26 ? 1 / GROWTH_51100 : 1),
  },
  oscillation: {
    what: 'the rate swings, with a period of 8 cycles',
    alloc: sum(constant(66), oscillation(13, 8)),
  },
  // A quarter and a sixth of the original's 128 MiB: a real heap takes no more of either.
  'big-stacks': {
    what: '32 MiB of stacks',
    alloc: constant(132),
    stack: sum(constant(2 * KiB), ramp(32 * MiB, 8)),
  },
  'big-globals': { what: '24 MiB of globals', alloc: constant(132), globals: 24 * MiB },
  'high-ratio': {
    what: 'the program allocates a third as fast as a worker scans',
    alloc: sum(constant(330), noise(33)),
    growth: sum(buildUp(8), noise(0.01)),
  },
}

/**
 * For what golang/go#14951 asks of a steady heap: 2 P, where a pacer can plan a fifth of the CPU
 * for workers. Assists take credit, as on a real heap.
 */
const onTwo = { cores: 2, alloc: constant(99), isCreditTaken: true } as const

const SOFT_GOAL: Readonly<Record<string, SteppedScenario>> = {
  ...Object.fromEntries(
    [25, 50, 100, 200, 400, 800].map(
      gogc =>
        [
          `gogc-${gogc}`,
          { what: `a steady heap under a GOGC of ${gogc}`, ...onTwo, gogc },
        ] as const,
    ),
  ),
  'fast-gogc-100': {
    what: 'a steady heap whose program allocates a third as fast as a worker scans',
    ...{ ...onTwo, alloc: constant(330) },
  },
  'fast-gogc-400': {
    what: 'the same under a GOGC of 400',
    ...{ ...onTwo, alloc: constant(330), gogc: 400 },
  },
  'idle-comes-and-goes': {
    what: 'half of the CPU is idle and marks, for twelve cycles of each twenty-four',
    ...{ cycles: 120, alloc: constant(132), isCreditTaken: true },
    idle: delayed(24, alternation(0.5, 12, 0, 12)),
  },
}

const OURS: Readonly<Record<string, SteppedScenario>> = {
  'creep-through-limit': {
    what: 'a live heap that creeps through a memory limit and back',
    ...{ limit: 128 * MiB, cycles: 120, initialHeap: 16 * MiB },
    growth: alternation(1.03, 60, 1 / 1.03, 60),
  },
  'spike-train': {
    what: 'every tenth cycle the program allocates ten times as fast',
    alloc: train(33, 330, 10, 9),
    cycles: 100,
  },
  'gogc-in-mid-run': {
    what: 'GOGC from 100 to 400, and to 25',
    cycles: 90,
    step: 60,
    gogcOf: sequence(...steps(100, 30), ...steps(400, 30), 25),
  },
  'resonant-bursts': {
    what: 'bursts with the period at which the controller of the redesign rings (7.6 cycles)',
    alloc: limited(sum(constant(66), oscillation(60, 7.6)), 1, 1000),
    cycles: 100,
  },
  'shrink-by-90': {
    what: 'a heap that loses nine tenths of itself at once',
    growth: sum(buildUp(12), delayed(30, spike(-0.9))),
    cycles: 60,
    step: 30,
  },
  'pointer-free-flood': {
    what: 'from the 30th cycle on nearly all that is allocated has no pointers',
    fraction: sequence(...steps(1, 30), 0.02),
    alloc: sequence(...steps(33, 30), 660),
    cycles: 60,
  },
  'doubling-stacks': {
    what: 'stacks from 8 KiB to 32 MiB, twice as large in each cycle, then gone',
    stack: i => (i < 13 ? 8 * KiB * 2 ** i : i < 30 ? 32 * MiB : 8 * KiB),
    cycles: 50,
  },
  'assist-adversary': {
    what: 'the program allocates the faster the more it must assist, from the 20th cycle on',
    alloc: constant(99),
    follow: delayed(20, constant(2)),
    cycles: 60,
  },
  'idle-then-busy': {
    what: 'hardly anything for forty cycles, then at once a great deal',
    alloc: sequence(...steps(0.05, 40), 1300),
    cycles: 70,
    step: 40,
  },
  'breathing-heap': {
    what: 'a heap that breathes: it doubles and halves',
    growth: sequence(...steps(2, 8), ...breaths()),
    cycles: 80,
  },
  'slow-scan': {
    what: 'scanning becomes eight times as slow, as of a heap that no longer fits a cache',
    scan: sequence(...steps(1024, 40), 128),
    cycles: 80,
    step: 40,
  },
  'noisy-all': {
    what: 'noise in everything',
    alloc: sum(constant(99), noise(80)),
    scan: sum(constant(1024), noise(500)),
    growth: sum(buildUp(12), noise(0.2)),
    fraction: sum(constant(0.6), noise(0.35)),
    cycles: 200,
  },
}

function steps(value: number, cycles: number): number[] {
  return Array.from({ length: cycles }, () => value)
}

function breaths(): number[] {
  return Array.from({ length: 72 }, (_, i) => (i % 8 < 4 ? 1.19 : 0.84))
}

/** 1 to 8 Ps of the same program. */
const procs = Object.fromEntries(
  [1, 2, 3, 4, 5, 6, 7, 8].map(
    cores =>
      [
        `procs-${cores}`,
        { what: `${cores} ${cores === 1 ? 'core' : 'cores'}`, cores, alloc: constant(99) },
      ] as const,
  ),
)

function named(prefix: string, scenarios: Readonly<Record<string, SteppedScenario>>) {
  return Object.entries(scenarios).map(([name, scenario]) => ({
    name: `${prefix}/${name}`,
    what: scenario.what,
    engine: 'stepped' as const,
    cycles: scenario.cycles ?? CYCLES,
    step: scenario.step ?? 0,
    global: {
      gogc: scenario.gogc ?? 100,
      memory_limit: scenario.limit ?? null,
      cores: scenario.cores ?? 8,
      globals_bytes: scenario.globals ?? 32 * KiB,
      initial_heap_bytes: scenario.initialHeap ?? 256 * KiB,
      ...(scenario.isCreditTaken === true ? { assist_credit: 1 } : {}),
    },
    signals: [
      limited(scenario.alloc ?? constant(33), LEAST_RATE, Number.MAX_VALUE),
      limited(scenario.scan ?? constant(1024), LEAST_RATE, Number.MAX_VALUE),
      limited(scenario.growth ?? buildUp(12), LEAST_RATE, Number.MAX_VALUE),
      limited(scenario.fraction ?? constant(1), 0, 1),
      rounded(scenario.stack ?? constant(8 * KiB), 2048),
      rounded(scenario.gogcOf ?? constant(scenario.gogc ?? 100)),
      limited(scenario.follow ?? constant(0), 0, 1000),
      limited(scenario.idle ?? constant(0), 0, 1),
    ],
  }))
}

export const steppedScenarios = [
  ...named('stepped', GO),
  ...named('proposal', PROPOSAL),
  ...named('soft-goal', SOFT_GOAL),
  ...named('ours', { ...OURS, ...procs }),
]
