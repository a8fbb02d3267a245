/** The scenarios for the stepped engine: those of Go's pacer tests (mgcpacer_test.go), and ours, which nobody else has. Rates: KiB per CPU-millisecond. */
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

const KiB = 1024
const MiB = 2 ** 20
const CYCLES = 50
const LEAST_RATE = 0.0001

interface SteppedScenario {
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
  /** GOGC of each cycle, where it changes. */
  readonly gogcOf?: Signal
  readonly follow?: Signal
}

/** From a heap that doubles to one that stays, in so many cycles. */
const buildUp = (cycles: number): Signal => sum(constant(2), ramp(-1, cycles))

const GO: Readonly<Record<string, SteppedScenario>> = {
  steady: {},
  'step-alloc': { alloc: sum(constant(33), delayed(50, ramp(66, 1))), cycles: 100, step: 51 },
  'high-gogc': {
    gogc: 1500,
    step: 25,
    alloc: sum(constant(165), noise(7)),
    growth: sum(buildUp(12), noise(0.01), delayed(25, spike(14))),
  },
  'small-heap-slow-alloc': { alloc: constant(1), scan: constant(2048), growth: buildUp(3), fraction: constant(0.01) },
  'steady-memory-limit': { limit: 512 * MiB },
}

/** Those of golang/go#44167's results, with the same ratios of the rates, in this engine's form. Its steady one is Go's tests' too. */
const PROPOSAL: Readonly<Record<string, SteppedScenario>> = {
  jitter: { alloc: sum(constant(132), noise(13)), growth: sum(buildUp(8), noise(0.01)) },
  'small-step': { alloc: sum(constant(33), delayed(50, ramp(33, 1))), cycles: 100, step: 51 },
  'large-step': { alloc: sum(constant(33), delayed(50, ramp(330, 1))), cycles: 100, step: 51 },
  // As Go's test, with a fifth of its heap: above the heap minimum, which is 60 MiB with this GOGC, and below 1 GiB when ten times as much lives.
  'high-gogc': {
    gogc: 1500,
    step: 25,
    alloc: sum(constant(165), noise(7)),
    growth: sum(buildUp(7), noise(0.01), delayed(25, spike(9))),
  },
  oscillation: { alloc: sum(constant(66), oscillation(13, 8)) },
  // A quarter and a sixth of the original's 128 MiB: a real heap takes no more of either.
  'big-stacks': { alloc: constant(132), stack: sum(constant(2 * KiB), ramp(32 * MiB, 8)) },
  'big-globals': { alloc: constant(132), globals: 24 * MiB },
  'high-ratio': { alloc: sum(constant(330), noise(33)), growth: sum(buildUp(8), noise(0.01)) },
}

const OURS: Readonly<Record<string, SteppedScenario>> = {
  // A live heap that creeps through a memory limit and back.
  'creep-through-limit': {
    ...{ limit: 128 * MiB, cycles: 120, initialHeap: 16 * MiB },
    growth: alternation(1.03, 60, 1 / 1.03, 60),
  },
  // Every tenth cycle the program allocates ten times as fast.
  'spike-train': { alloc: train(33, 330, 10, 9), cycles: 100 },
  // GOGC from 100 to 400, and to 25.
  'gogc-in-mid-run': { cycles: 90, step: 60, gogcOf: sequence(...steps(100, 30), ...steps(400, 30), 25) },
  // Bursts with the period at which the redesign's controller rings (7.6 cycles).
  'resonant-bursts': { alloc: limited(sum(constant(66), oscillation(60, 7.6)), 1, 1000), cycles: 100 },
  // A heap that loses nine tenths of itself at once.
  'shrink-by-90': { growth: sum(buildUp(12), delayed(30, spike(-0.9))), cycles: 60, step: 30 },
  // From the 30th cycle on nearly all that is allocated has no pointers.
  'pointer-free-flood': {
    fraction: sequence(...steps(1, 30), 0.02),
    alloc: sequence(...steps(33, 30), 660),
    cycles: 60,
  },
  // Stacks from 8 KiB to 32 MiB, twice as large in each cycle, then gone.
  'doubling-stacks': { stack: i => (i < 13 ? 8 * KiB * 2 ** i : i < 30 ? 32 * MiB : 8 * KiB), cycles: 50 },
  // The program allocates the faster the more it must assist, from the 20th cycle on.
  'assist-adversary': { alloc: constant(99), follow: delayed(20, constant(2)), cycles: 60 },
  // Hardly anything for forty cycles, then at once a great deal.
  'idle-then-busy': { alloc: sequence(...steps(0.05, 40), 1300), cycles: 70, step: 40 },
  // A heap that breathes: it doubles and halves.
  'breathing-heap': { growth: sequence(...steps(2, 8), ...breaths()), cycles: 80 },
  // Scanning becomes eight times as slow, as of a heap that no longer fits a cache.
  'slow-scan': { scan: sequence(...steps(1024, 40), 128), cycles: 80, step: 40 },
  // Noise in everything.
  'noisy-all': {
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

/** P counts 1 to 8 of the same program. */
const procs = Object.fromEntries(
  [1, 2, 3, 4, 5, 6, 7, 8].map(cores => [`procs-${cores}`, { cores, alloc: constant(99) }] as const),
)

function named(prefix: string, scenarios: Readonly<Record<string, SteppedScenario>>) {
  return Object.entries(scenarios).map(([name, scenario]) => ({
    name: `${prefix}/${name}`,
    engine: 'stepped' as const,
    cycles: scenario.cycles ?? CYCLES,
    step: scenario.step ?? 0,
    global: {
      gogc: scenario.gogc ?? 100,
      memory_limit: scenario.limit ?? null,
      cores: scenario.cores ?? 8,
      globals_bytes: scenario.globals ?? 32 * KiB,
      initial_heap_bytes: scenario.initialHeap ?? 256 * KiB,
    },
    signals: [
      limited(scenario.alloc ?? constant(33), LEAST_RATE, Number.MAX_VALUE),
      limited(scenario.scan ?? constant(1024), LEAST_RATE, Number.MAX_VALUE),
      limited(scenario.growth ?? buildUp(12), LEAST_RATE, Number.MAX_VALUE),
      limited(scenario.fraction ?? constant(1), 0, 1),
      rounded(scenario.stack ?? constant(8 * KiB), 2048),
      rounded(scenario.gogcOf ?? constant(scenario.gogc ?? 100)),
      limited(scenario.follow ?? constant(0), 0, 1000),
    ],
  }))
}

export const steppedScenarios = [
  ...named('stepped', GO),
  ...named('proposal', PROPOSAL),
  ...named('ours', { ...OURS, ...procs }),
]
