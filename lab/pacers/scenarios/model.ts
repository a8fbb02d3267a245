/**
 * The scenarios of mknyszek/pacer-model, for the macro engine, by their recipes. Those with noise
 * draw it from our seed. The originals drew it from a generator without a seed, so the published
 * numbers exist only in their files.
 */
import { GiB, KiB, MiB } from '../../units.ts'
import {
  constant,
  delayed,
  limited,
  noise,
  oscillation,
  ramp,
  rounded,
  type Signal,
  spike,
  sum,
} from './signals.ts'

const CYCLES = 50
const SCAN_RATE = 31
const NO_TARGET = -1

interface ModelScenario {
  readonly what: string
  readonly gamma?: number
  readonly globals?: number
  readonly cycles?: number
  /** The cycle, from 0, in which something changes for good. */
  readonly step?: number
  readonly alloc: Signal
  readonly growth?: Signal
  readonly stack?: Signal
  readonly target?: Signal
}

/** 2 at first, 1 from the ninth cycle on: a heap that is built up. */
const buildUp = sum(constant(2), ramp(-1, 8))
const jitteryBuildUp = sum(buildUp, noise(0.01))
const jitteryWithSpike = sum(jitteryBuildUp, delayed(25, spike(14)))
const slightBuildUp = (height: number): Signal =>
  sum(constant(1.5), ramp(-0.5, 4), noise(0.01), delayed(25, spike(height)))
const around = (value: number, amplitude: number): Signal => sum(constant(value), noise(amplitude))

const SCENARIOS: Readonly<Record<string, ModelScenario>> = {
  steady: { what: 'nothing changes', alloc: constant(1) },
  'step-alloc': {
    what: 'the program allocates twice as fast',
    step: 51,
    alloc: sum(constant(1), delayed(50, ramp(1, 1))),
    cycles: 100,
  },
  'heavy-step-alloc': {
    what: 'the program allocates eleven times as fast',
    step: 51,
    alloc: sum(constant(1), delayed(50, ramp(10, 1))),
    cycles: 100,
  },
  'osc-alloc': { what: 'the rate swings', alloc: sum(constant(2), oscillation(0.4, 8)) },
  'jitter-alloc': {
    what: 'heap and rate move a little',
    alloc: around(4, 0.4),
    growth: jitteryBuildUp,
  },
  'heavy-jitter-alloc': {
    what: 'the same, at a high rate',
    alloc: around(10, 1),
    growth: jitteryBuildUp,
  },
  'high-GOGC': {
    what: 'fifteen times as much lives, under a GOGC of 1500',
    step: 25,
    gamma: 16,
    alloc: around(5, 0.2),
    growth: jitteryWithSpike,
  },
  'big-stacks': {
    what: '128 MiB of stacks',
    alloc: constant(4),
    stack: sum(constant(2048), ramp(128 * MiB, 8)),
  },
  'big-globals': { what: '128 MiB of globals', alloc: constant(4), globals: 128 * MiB },
  'high-heap-target': {
    what: 'the same spike below a floor of 2 GiB for the goal',
    step: 25,
    alloc: around(5, 0.2),
    growth: jitteryWithSpike,
    target: constant(2 * GiB),
  },
  'low-noise-high-heap-target': {
    what: 'that floor moves a little',
    step: 25,
    alloc: around(5, 0.2),
    growth: jitteryWithSpike,
    target: around(2 * GiB, 64 * MiB),
  },
  'high-noise-high-heap-target': {
    what: 'that floor moves by half',
    step: 25,
    alloc: around(5, 0.2),
    growth: jitteryWithSpike,
    target: around(2 * GiB, GiB),
  },
  'low-heap-target': {
    what: 'a spike that stays below a floor of 64 MiB',
    step: 25,
    alloc: around(4, 0.1),
    growth: slightBuildUp(3),
    target: constant(64 * MiB),
  },
  'exceed-heap-target': {
    what: 'a spike beyond it',
    step: 25,
    alloc: around(4, 0.1),
    growth: slightBuildUp(6),
    target: constant(64 * MiB),
  },
  'exceed-heap-target-high-GOGC': {
    what: 'a larger one, under a GOGC of 1500',
    step: 25,
    ...{ gamma: 16, alloc: around(4, 0.1) },
    ...{ growth: slightBuildUp(14), target: constant(64 * MiB) },
  },
  'very-low-heap-target': {
    what: 'a heap that grows far beyond the floor',
    alloc: around(4, 0.1),
    growth: sum(constant(2), ramp(-1, 20), noise(0.01)),
    target: constant(64 * MiB),
  },
  'step-heap-target': {
    what: 'a floor of 256 MiB from the middle on',
    step: 25,
    alloc: around(4, 0.1),
    growth: jitteryBuildUp,
    target: sum(constant(NO_TARGET), delayed(25, constant(256 * MiB - NO_TARGET))),
  },
  'heavy-step-alloc-high-heap-target': {
    what: 'the program allocates eleven times as fast, below a floor of 2 GiB',
    step: 26,
    alloc: sum(constant(1), delayed(25, ramp(10, 1))),
    growth: jitteryBuildUp,
    target: constant(2 * GiB),
  },
}

/**
 * What the library makes its scenarios of (library.ts). Signals are in the order of
 * macro/model.ts's fields, which is the order of the draws.
 */
export const modelScenarios = Object.entries(SCENARIOS).map(([name, scenario]) => ({
  name: `model/${name}`,
  what: scenario.what,
  engine: 'macro' as const,
  cycles: scenario.cycles ?? CYCLES,
  step: scenario.step ?? 0,
  global: {
    gamma: scenario.gamma ?? 2,
    globals_bytes: scenario.globals ?? 32 * KiB,
    init_live_heap: 2 * MiB,
  },
  signals: [
    limited(scenario.alloc, 0, Number.MAX_VALUE),
    constant(SCAN_RATE),
    limited(scenario.growth ?? buildUp, 0, Number.MAX_VALUE),
    constant(1),
    rounded(scenario.stack ?? constant(8192), 2048),
    rounded(scenario.target ?? constant(NO_TARGET)),
  ],
}))
