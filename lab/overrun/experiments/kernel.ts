/**
 * golang/go#52433: what the kernel did while a cycle's end was held up. The issue's author recorded
 * the kernel's scheduler with perf, and lined that up with a log of the collector. The thread that
 * should end the mark was switched away for milliseconds, by kernel workers and other processes as
 * he suspected.
 *
 * 1. A program allocates under Go's protocol, and perf records who has which CPU.
 * 2. For each cycle that passed its goal, the window is from the end of the last drain that found
 *    work until the world is stopped.
 * 3. Of the Ps' threads, the one that waited longest for a CPU in that window is looked at: how
 *    much of the window that was, and who had the CPU meanwhile.
 * 4. For comparison, so is a window of the same length at another time of the run, which is drawn.
 *
 * A thread that waits behind others of its own run is the rule where Ps are more than cores, so the
 * criterion looks only at as many Ps as cores, with nothing beside them.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import type { Experiment, ExperimentOptions } from '../experiment.ts'
import { PerfRecord } from '../kernel/perf.ts'
import { KernelSchedule, waitingIn } from '../kernel/schedule.ts'
import { ownThreads, type ThreadTimes, timesOf } from '../kernel/threads.ts'
import { withNoise } from '../noise.ts'
import type { ExperimentResult } from '../results.ts'
import { allHold } from './all-hold.ts'
import { GO_LIKE } from './configurations.ts'
import { HOLDERS, type Holder, monotonicMs, type Window, windowsOf } from './kernel-windows.ts'
import { quantileOrNull, rounded, said } from './rows.ts'
import { Runs, seedOf, warmCycles } from './runs.ts'
import { readTrace } from './trace.ts'

/** A live heap of 1 MiB in nodes of 16 bytes, so the goal is Go's least, 4 MiB. */
const LIVE_NODES = 65_536
/** Fewer windows tell nothing. */
const LEAST_WINDOWS = 20
/** How far the waits by perf and by /proc may be apart. */
const AGREEMENT = 0.1

interface Situation {
  readonly procs: number
  /** Busy threads beside the Ps. */
  readonly noise: number
}

interface Measured {
  readonly situation: Situation
  cycles: number
  /** Runs that do not count: their trace lacks events, or its clock was not found. */
  untraced: number
  readonly windows: Window[]
  /** Waits of the Ps' threads, by perf and by /proc, in ms. */
  waitedMs: number
  countedMs: number
}

async function measure({
  seed,
  quick,
  progress,
  signal,
}: ExperimentOptions): Promise<ExperimentResult> {
  const cores = availableParallelism()
  const situations: readonly Situation[] = [
    { procs: cores, noise: 0 },
    { procs: cores, noise: cores },
    { procs: 2 * cores, noise: 0 },
  ]
  const measured = situations.map(
    (situation): Measured => ({
      ...{ situation, cycles: 0, untraced: 0, windows: [], waitedMs: 0, countedMs: 0 },
    }),
  )
  const rounds = quick ? 1 : 5
  const milliseconds = quick ? 2500 : 4000
  for (let round = 0; round < rounds; round++) {
    for (const one of measured) {
      progress(`kernel: ${nameOf(one.situation)}, round ${round + 1} of ${rounds}`)
      await measureRun(one, seedOf(seed, round), milliseconds, signal)
    }
  }
  return resultOf(seed, measured)
}

function nameOf({ procs, noise }: Situation): string {
  return `P = ${procs}, ${noise} busy threads`
}

async function measureRun(
  one: Measured,
  seed: number,
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { procs, noise } = one.situation
  const directory = makeTemporaryFolder()
  const trace = join(directory, 'trace.json')
  try {
    const before = new Set(ownThreads())
    await withNoise(noise, async () => {
      const busy = new Set(ownThreads().filter(thread => !before.has(thread)))
      await using perf = await PerfRecord.open(join(directory, 'perf.data'), signal)
      const fromMs = monotonicMs()
      await using runs = new Runs(signal)
      const { record, dropped } = await runs.run('churn', GO_LIKE, {
        ...{ procs, seed, trace, args: [LIVE_NODES, milliseconds].map(String) },
      })
      // The threads of the run are still there, and sleep.
      const ps = threadsOfPs(procs, before, busy)
      const during = { fromMs, toMs: monotonicMs() }
      await perf.stop()
      const schedule = new KernelSchedule()
      for await (const event of perf.events()) schedule.add(event)
      for (const [thread, { waitedMs }] of ps) {
        one.waitedMs += waitingIn(schedule.waitsOf(thread), during)
        one.countedMs += waitedMs
      }
      const run = { schedule, ps: [...ps.keys()], busy, during }
      const windows = dropped > 0 ? null : windowsOf(run, record, readTrace(trace), seed)
      if (windows === null) one.untraced++
      else {
        one.cycles += warmCycles(record).length
        one.windows.push(...windows)
      }
    })
  } finally {
    removeTemporaryFolder(directory)
  }
}

/** The new threads that ran for longest, with their times. */
function threadsOfPs(
  procs: number,
  before: ReadonlySet<number>,
  busy: ReadonlySet<number>,
): Map<number, ThreadTimes> {
  const times = ownThreads()
    .filter(thread => !before.has(thread) && !busy.has(thread))
    .flatMap(thread => {
      const its = timesOf(thread)
      return its === null ? [] : [[thread, its] as const]
    })
  times.sort(([, one], [, other]) => other.ranMs - one.ranMs)
  return new Map(times.slice(0, procs))
}

const sumOf = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0)

/** The share of the windows' time for which the P's thread waited; null without windows. */
function shareOf({ windows }: Measured, of: (window: Window) => number): number | null {
  const all = sumOf(windows, ({ ms }) => ms)
  return all === 0 ? null : sumOf(windows, of) / all
}

function percent(share: number | null): number | null {
  return share === null ? null : rounded(100 * share, 1)
}

function resultOf(seed: number, measured: readonly Measured[]): ExperimentResult {
  const [alone] = measured as readonly [Measured, ...Measured[]]
  const share = shareOf(alone, ({ waitedMs }) => waitedMs)
  const elsewhere = shareOf(alone, ({ elsewhereMs }) => elsewhereMs)
  const counted = sumOf(measured, one => one.countedMs)
  const agreement = counted === 0 ? 1 : sumOf(measured, one => one.waitedMs) / counted
  const isEnough = alone.windows.length >= LEAST_WINDOWS
  return {
    name: 'kernel',
    issue: 'golang/go#52433',
    title: 'What the kernel did while a cycle’s end was held up',
    found:
      (share === null
        ? 'With as many Ps as cores and nothing beside, no cycle that passed its goal was seen whole.'
        : `With as many Ps as cores and nothing beside, a P's thread was ready and had no CPU for ${percent(share)} % of the time from the last mark work to the stopped world, ` +
          `in ${alone.windows.length} cycles that passed their goal; at other times for ${percent(elsewhere)} %. Its CPU had ${heldText(alone)}.`) +
      namesText(measured),
    criterion: {
      says:
        `with as many Ps as cores, and nothing beside, a P waits for a CPU for at least half of that time (${said(percent(share))} %), and for more of it than at other times (${said(percent(elsewhere))} %), ` +
        `in at least ${LEAST_WINDOWS} cycles (${alone.windows.length}); perf and /proc agree on how long Ps waited in all (${rounded(agreement, 3)})`,
      holds: allHold([
        isEnough && share !== null ? share >= 0.5 && share > (elsewhere ?? 0) : null,
        counted === 0 ? null : Math.abs(agreement - 1) <= AGREEMENT,
      ]),
    },
    seed,
    rows: measured.map(one => ({
      P: one.situation.procs,
      'busy threads': one.situation.noise,
      cycles: one.cycles,
      'past the goal': one.windows.length,
      'window p50 ms': rounded(
        quantileOrNull(
          one.windows.map(({ ms }) => ms),
          0.5,
        ),
      ),
      'p99 ms': rounded(
        quantileOrNull(
          one.windows.map(({ ms }) => ms),
          0.99,
        ),
      ),
      'waits %': percent(shareOf(one, ({ waitedMs }) => waitedMs)),
      'elsewhere %': percent(shareOf(one, ({ elsewhereMs }) => elsewhereMs)),
      ...Object.fromEntries(
        HOLDERS.map(holder => [`${holder} %`, percent(heldShare(one, holder))]),
      ),
      moves: sumOf(one.windows, ({ moves }) => moves),
      'untraced runs': one.untraced,
    })),
    chart: chartOf(measured),
  }
}

/** The share of the P's waits for which a holder had the CPU; null without waits. */
function heldShare({ windows }: Measured, holder: Holder): number | null {
  const waited = sumOf(windows, ({ waitedMs }) => waitedMs)
  const held = windows.flatMap(window => window.held).filter(one => one.holder === holder)
  return waited === 0 ? null : sumOf(held, ({ ms }) => ms) / waited
}

function heldText(one: Measured): string {
  const parts = HOLDERS.map(holder => [holder, percent(heldShare(one, holder))] as const)
    .flatMap(([holder, part]) => (part === null || part === 0 ? [] : [[holder, part] as const]))
    .sort(([, a], [, b]) => b - a)
  return parts.length === 0
    ? 'nobody'
    : parts.map(([holder, part]) => `${holder} ${part} %`).join(', ')
}

/** The kernel threads and other programs that had the CPU longest. */
function namesText(measured: readonly Measured[]): string {
  const all = new Map<string, number>()
  for (const { holder, name, ms } of measured.flatMap(one => one.windows).flatMap(one => one.held))
    if (holder === 'kernel threads' || holder === 'other programs')
      all.set(name, (all.get(name) ?? 0) + ms)
  const longest = [...all].sort(([, a], [, b]) => b - a).slice(0, 5)
  if (longest.length === 0) return ' No other program and no thread of the kernel had it.'
  return ` Of other programs and threads of the kernel, these had it longest, in all rows: ${longest.map(([name, ms]) => `${name} ${rounded(ms, 1)} ms`).join(', ')}.`
}

function chartOf(measured: readonly Measured[]): ExperimentResult['chart'] {
  const values = measured.flatMap(one => {
    const waits = shareOf(one, ({ waitedMs }) => waitedMs)
    if (waits === null) return []
    const situation = nameOf(one.situation)
    return [
      ...HOLDERS.map(holder => ({
        ...{
          situation,
          what: holder as string,
          share: rounded(waits * (heldShare(one, holder) ?? 0), 4),
        },
      })),
      { situation, what: 'no P waits', share: rounded(1 - waits, 4) },
    ]
  })
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: 'Who had the CPU for which a P waited, from the last mark work to the stopped world',
    data: { values },
    width: 520,
    height: 140,
    mark: { type: 'bar' },
    encoding: {
      x: {
        field: 'share',
        type: 'quantitative',
        title: 'share of that time',
        axis: { format: '%' },
        scale: { domain: [0, 1] },
      },
      y: { field: 'situation', type: 'nominal', title: null, sort: null },
      color: { field: 'what', type: 'nominal', title: null, sort: null },
    },
  }
}

export const experiment: Experiment = {
  name: 'kernel',
  issue: 'golang/go#52433',
  title: 'What the kernel did while a cycle’s end was held up',
  about: `Records the kernel's scheduler with perf beside a program under Go's protocol, lines that up with the run's trace, and tells
for the cycles that pass their goal whether a P's thread waited for a CPU, and who had it: other Ps, this process, threads of
the kernel, other programs. Needs perf (Debian: linux-perf) and the permission to record all CPUs, which root has.`,
  takes: { minutes: 2, quickSeconds: 30 },
  measure,
}
