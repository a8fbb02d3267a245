/**
 * The time from the last mark work to the stopped world, of cycles that passed their goal: how long
 * a P waited for a CPU in it, and who had that CPU. The run's trace says when that was, and the
 * kernel's schedule what its threads did then.
 */
import process from 'node:process'
import type { RunRecord } from 'sawtooth/internal/runtime/report/record'
import { Random } from '../../random.ts'
import { type KernelSchedule, type Span, type Turn, waitingIn } from '../kernel/schedule.ts'
import { isOfKernel } from '../kernel/threads.ts'
import { warmCycles } from './runs.ts'
import { timesToStop } from './time-to-stop.ts'
import type { Trace } from './trace.ts'

/** Who may have the CPU that a P's thread waits for. */
export const HOLDERS = [
  'other Ps',
  'busy threads',
  'main thread',
  'V8 and Node',
  'kernel threads',
  'other programs',
  'nobody',
] as const
export type Holder = (typeof HOLDERS)[number]

/** A run, as the kernel saw it. */
export interface KernelRun {
  readonly schedule: KernelSchedule
  /** Threads of Ps. */
  readonly ps: readonly number[]
  /** Busy threads beside them. */
  readonly busy: ReadonlySet<number>
  /** When the kernel was recorded, by CLOCK_MONOTONIC. The run began and ended in that time. */
  readonly during: Span
}

export interface Window {
  readonly ms: number
  /** The longest time for which one P's thread waited in it. */
  readonly waitedMs: number
  /** The same in a window at another time. */
  readonly elsewhereMs: number
  /** How often that thread was moved to another CPU. */
  readonly moves: number
  /** Who had the CPU for which it waited. */
  readonly held: readonly { readonly holder: Holder; readonly name: string; readonly ms: number }[]
}

/**
 * The windows of the warm cycles that passed their goal. `seed` draws the times elsewhere.
 *
 * @returns null if the run did not begin in what was recorded: the two clocks are not lined up
 */
export function windowsOf(
  run: KernelRun,
  record: RunRecord,
  trace: Trace,
  seed: number,
): Window[] | null {
  const began = beganMs(record)
  const { fromMs, toMs } = run.during
  if (!(began >= fromMs && began <= toMs)) return null
  const warm = warmCycles(record)
  const past = new Set(warm.filter(({ overrun }) => overrun > 0).map(({ n }) => n))
  const stopped = new Map(trace.cycles.map(cycle => [cycle.n, cycle.terminationStoppedMs]))
  const random = new Random(seed)
  const [first, last] = [warm[0]?.startMs ?? 0, warm.at(-1)?.startMs ?? 0]
  return timesToStop(trace).flatMap(({ n, ms }): Window[] => {
    const end = stopped.get(n)
    if (!past.has(n) || end === undefined) return []
    const spanTo = (toMs: number): Span => ({ fromMs: began + toMs - ms, toMs: began + toMs })
    const span = spanTo(end)
    const longest = longestWait(run, span)
    const elsewhere = longestWait(run, spanTo(first + random.share() * (last - first)))
    return [
      {
        ms,
        waitedMs: longest.ms,
        elsewhereMs: elsewhere.ms,
        moves: run.schedule.movesIn(longest.thread, span),
        held: run.schedule
          .waitsOf(longest.thread)
          .flatMap(wait => run.schedule.turnsDuring(wait, span))
          .map(turn => ({
            holder: holderOf(run, turn),
            name: turn.name,
            ms: turn.toMs - turn.fromMs,
          })),
      },
    ]
  })
}

/** Of the Ps' threads, the one that waits longest in a span. */
function longestWait({ schedule, ps }: KernelRun, span: Span): { thread: number; ms: number } {
  let longest = { thread: ps[0] ?? 0, ms: 0 }
  for (const thread of ps) {
    const ms = waitingIn(schedule.waitsOf(thread), span)
    if (ms > longest.ms) longest = { thread, ms }
  }
  return longest
}

function holderOf({ schedule, ps, busy }: KernelRun, { thread, name }: Turn): Holder {
  if (thread === 0) return 'nobody'
  if (ps.includes(thread)) return 'other Ps'
  if (busy.has(thread)) return 'busy threads'
  if (thread === process.pid) return 'main thread'
  const owner = schedule.processOf(thread) ?? thread
  if (owner === process.pid) return 'V8 and Node'
  return isOfKernel(owner, name) ? 'kernel threads' : 'other programs'
}

/** Now, by CLOCK_MONOTONIC. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * When the clock of a run's record began, by CLOCK_MONOTONIC. The memory statistics say when the
 * pause of a cycle ended, since 1970; its record says that since the run began. The last cycle but
 * one is asked: the run may have ended before the last one's pause was over.
 */
function beganMs({ memStats: { PauseEnd }, cycles }: RunRecord): number {
  const whole = cycles.at(-2)
  if (whole === undefined) return Number.NaN
  const { n, startMs, stwSetupUs, markMs, stwTerminationUs } = whole
  const endMs = startMs + stwSetupUs / 1000 + markMs + stwTerminationUs / 1000
  const sinceEpoch = (PauseEnd[(n - 1) % PauseEnd.length] ?? Number.NaN) / 1e6
  const ago = performance.timeOrigin + performance.now() - sinceEpoch
  return monotonicMs() - ago - endMs
}
