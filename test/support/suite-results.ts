/** Results of the suite, written by hand: two pacers on one program. */
import type { SuiteResults, SuiteRow } from '../../lab/pacers/suite/results.ts'

const row = (pacer: string, factor: number): SuiteRow => ({
  program: 'garbage',
  pacer,
  speed: { median: factor, low: factor - 0.1, high: factor + 0.1 },
  wallMs: 500 / factor,
  cycles: 12,
  peakHeap: 9 * 2 ** 20,
  ...{ goalOverLive: 2, peakOverLive: null },
  cpuMs: 800,
  collectorMs: 120,
  barrierShare: 0.25,
  mutatorUtilization: {
    1: { least: 0, p1: 0.1, p50: 1 },
    10: { least: 0.2, p1: 0.3, p50: 0.9 },
    100: { least: 0.7, p1: 0.72, p50: 0.8 },
  },
  tracedRuns: 1,
})

export const suiteResults: SuiteResults = {
  schema: 1,
  machine: { cpu: 'Abacus', cores: 2, platform: 'linux x64', node: 'v20.20.2', go: null },
  command: 'sawtooth pacers suite --quick',
  procs: 2,
  seed: 1,
  rounds: 6,
  baseline: 'go1.21',
  rows: [row('go1.21', 1), row('go1.5', 1.25)],
  means: [
    { pacer: 'go1.21', speed: { median: 1, low: 0.9, high: 1.1 } },
    { pacer: 'go1.5', speed: { median: 1.25, low: 1.15, high: 1.35 } },
  ],
  gogc: {
    program: 'garbage',
    rows: [50, 200].map(gogc => ({
      ...{ pacer: 'go1.21', gogc, cycles: 800 / gogc, peakHeap: gogc * 2 ** 16, wallMs: 500 },
      collectorMs: 6000 / gogc,
    })),
  },
  latencies: [
    {
      ...{ pacer: 'go1.21', what: 'timer', count: 1500 },
      ...{ us: { p50: 0.4, p99: 9, p999: 150, max: 90_000 }, deviationsUs: [2000, 3000, 2500] },
    },
  ],
}
