/**
 * The cycles of Go's collector: those of the sweep's program, and those in the lines that GODEBUG
 * asks for.
 */
import { FailedRun } from '../run.ts'
import type { Go, GoFlags } from './go.ts'
import { type Instance, secondsBeside, withInstances } from './instances.ts'
import { withNoise } from './noise.ts'
import type { CaseParameters } from './results.ts'
import type { Overrun } from './statistics.ts'
import { COLD_MS } from './warm-threads.ts'
import { liveBytesOf } from './workload.ts'

/** A cycle of Go's collector. */
export interface GoCycle extends Overrun {
  readonly n: number
  /** When the cycle began, counted from the start of the program. */
  readonly startMs: number
  readonly isForced: boolean
}

/** The warm cycles of one run of the program that only allocates. */
export async function goCyclesOf(
  go: Go,
  { procs, goal, noise, instances = 1 }: CaseParameters,
  measuredSeconds: number,
): Promise<GoCycle[]> {
  const seconds = measuredSeconds + COLD_MS / 1000
  const flags = (long: number): GoFlags => ({
    procs,
    gogc: 100,
    memoryLimit: null,
    args: ['-goroutines', procs, '-live', liveBytesOf(goal), '-seconds', long],
    seconds: long,
  })
  const others: Instance[] = []
  for (let n = 1; n < instances; n++)
    others.push({
      process: await go.start('alloc-only', flags(secondsBeside(seconds))),
      saysReady: printed => printed.includes('(forced)'),
    })
  const { stderr } = await withInstances(others, go.signal, () =>
    withNoise(noise, () => go.run('alloc-only', flags(seconds))),
  )
  const cycles = goCyclesIn(stderr)
  if (cycles.length === 0)
    throw new FailedRun(`Go has printed no trace of a cycle: ${stderr.slice(0, 200)}`)
  const asked = cycles.find(({ isForced }) => isForced)
  return cycles.filter(
    ({ n, startMs }) => asked !== undefined && n > asked.n && startMs > asked.startMs + COLD_MS,
  )
}

/**
 * Reads the output of `gctrace=1,gcpacertrace=1`.
 *
 * 1. The pacer's line, in bytes, is printed when marking ends. The line of its cycle, in whole
 *    megabytes, follows it.
 * 2. A cycle that allocated nothing while it marked has no pacer's line. Its heap was at the
 *    trigger, so below the goal.
 */
export function goCyclesIn(trace: string): GoCycle[] {
  const cycles: GoCycle[] = []
  let found: Overrun = UNTOLD
  for (const line of trace.split('\n')) {
    const [, live, past] = /^pacer: .* B -> (\d+) B \(∆goal (-?\d+), cons\/mark /.exec(line) ?? []
    if (live !== undefined)
      found = {
        overrun: Math.max(0, Number(past)),
        heapAtMarkEnd: Number(live),
        goal: Number(live) - Number(past),
      }
    const [, n, seconds, rest = ''] =
      /^gc (\d+) @([\d.]+)s (.* P(?: \(forced\))?)$/.exec(line) ?? []
    if (n === undefined) continue
    cycles.push({
      n: Number(n),
      startMs: Number(seconds) * 1000,
      isForced: rest.endsWith('(forced)'),
      ...found,
    })
    found = UNTOLD
  }
  return cycles
}

/** A cycle that allocated nothing while it marked. */
const UNTOLD: Overrun = { overrun: 0, heapAtMarkEnd: null, goal: null }
