/**
 * The lines of GODEBUG=gctrace=1 and gcpacertrace=1 of Go 1.19, field for field, so that a tool
 * that reads Go's lines reads these: gcMarkTermination in mgc.go, startCycle and endCycle in
 * mgcpacer.go, activeSweep.end in mgcsweep.go. Under a pacer of an older Go, gcpacertrace has the
 * form of its time (TraceForm). No line ends in a line feed.
 */

import type { TraceForm } from '../../gc/pacer/pacer.ts'
import { MiB } from '../../memory/units.ts'
import { goDecimal, goFloat, goMebibytes, goMilliseconds } from './go-print.ts'
import type { CycleRecord } from './record.ts'
import { wholeNs } from './units.ts'

/** What the lines tell and the record does not. In bytes, unless the name says otherwise. */
export interface CycleExtra {
  /**
   * The goal when marking ended; null: none. It differs from the record's if GOGC or the limit
   * changed during the mark.
   */
  readonly goalAtMarkEnd: number | null
  /** Bytes of stacks when marking ended. */
  readonly maxStackScan: number
  /** Bytes of globals. */
  readonly globalsScan: number
  /** Share of the CPU that the collector took from the start to the end of the cycle, 0 to 1. */
  readonly gcCpuFraction: number
  /** L in the setup stop (T_a). */
  readonly triggered: number
  /** What the pacer expected to scan: P_h + P_s + G. */
  readonly expectedScanWork: number
  /** The cons/mark ratio that this cycle was planned with; 0 from a pacer that has none. */
  readonly consMarkBefore: number
  /** null: the pacer has no such controller, or the controller did not see the cycle. */
  readonly ratio: RatioStep | null
}

/** A step of the controller of Go 1.5 to 1.17 (docs/go-collector.md §6a), with its letters. */
export interface RatioStep {
  /**
   * H_m_prev, H_T and H_a, in bytes: what the cycle before had marked; the trigger; L as the
   * controller saw it at the end, when the caches were put back.
   */
  readonly marked: number
  readonly trigger: number
  readonly live: number
  /** h_t, h_g and h_a: growth to the trigger, to the goal, and to the end of the mark. */
  readonly before: number
  readonly growth: number
  readonly grown: number
  /** u_a and u_g: shares of the CPU, as assumed of the cycle and as aimed at. */
  readonly utilization: number
  readonly goalUtilization: number
}

/** What is known when a cycle starts. */
export interface CycleStart {
  /** Bytes of scannable heap, an upper bound. */
  readonly heapScannable: number
  readonly dedicatedWorkers: number
  /** Share of its wall time that each P gives to a fractional worker. */
  readonly fractionalGoal: number
}

/** What is known when sweeping is over. */
export interface SweepDone {
  readonly heapLive: number
  /** L since sweeping was paced. */
  readonly allocatedDuringSweep: number
  readonly sweptPages: number
  readonly sweepPagesPerByte: number
}

/** On which machine, for the CPU time of stops. */
export interface Machine {
  readonly procs: number
  readonly cpus: number
}

/** Go prints it on a line of its own when the timer, and not the heap, starts a cycle. */
export const GC_FORCED_LINE = 'GC forced'

/** What Go prints for "no goal": its largest integer in MiB. */
const NO_GOAL_BYTES = 2 ** 63 - MiB

/** Ps that a stop can take from the program at once: at most the number of CPUs (stwprocs). */
function stoppedProcs(machine: Machine): number {
  return Math.min(machine.procs, machine.cpus)
}

/** CPU time that stops of this many µs took. */
export function stoppedCpuMs(pausesUs: number, machine: Machine): number {
  return (stoppedProcs(machine) * pausesUs) / 1e3
}

/**
 * `gc 1 @0.007s 12%: 0.074+5.8+0.067 ms clock, 0.14+0.45/2.7/2.1+0.13 ms cpu, 3->5->4 MB,
 * 4 MB goal, …`
 */
export function formatGcTrace(cycle: CycleRecord, extra: CycleExtra, machine: Machine): string {
  const procs = stoppedProcs(machine)
  const { assist, dedicated, fractional, idle } = cycle.cpuMs
  const us = (value: number): string => goMilliseconds(Math.round(value * 1e3))
  const ms = (value: number): string => goMilliseconds(wholeNs(value))
  const clock = `${us(cycle.stwSetupUs)}+${ms(cycle.markMs)}+${us(cycle.stwTerminationUs)}`
  const work = `${ms(assist)}/${ms(dedicated + fractional)}/${ms(idle)}`
  const cpu = `${us(procs * cycle.stwSetupUs)}+${work}+${us(procs * cycle.stwTerminationUs)}`
  const heap = [cycle.heapAtStart, cycle.heapAtMarkEnd, cycle.heapMarked]
    .map(goMebibytes)
    .join('->')
  return (
    `gc ${cycle.n} @${goDecimal(cycle.startMs, 3)}s ${Math.trunc(extra.gcCpuFraction * 100)}%: ` +
    `${clock} ms clock, ${cpu} ms cpu, ${heap} MB, ${goMebibytes(extra.goalAtMarkEnd ?? NO_GOAL_BYTES)} MB goal, ` +
    `${goMebibytes(extra.maxStackScan)} MB stacks, ${goMebibytes(extra.globalsScan)} MB globals, ${machine.procs} P` +
    (cycle.trigger === 'forced' ? ' (forced)' : '')
  )
}

/**
 * `pacer: assist ratio=+1.164342e+000 (scan 3 MB in 3->4 MB) workers=0++2.500000e-001`
 *
 * Up to Go 1.9 the fractional workers are a number, which is 0 or 1.
 */
export function formatPacerTraceStart(
  cycle: Pick<CycleRecord, 'assistRatio' | 'heapAtStart' | 'goal'>,
  start: CycleStart,
  form: TraceForm,
): string {
  const fractional =
    form === 'go1.5' ? String(Math.ceil(start.fractionalGoal)) : goFloat(start.fractionalGoal)
  const way = `${goMebibytes(cycle.heapAtStart)}->${goMebibytes(cycle.goal ?? NO_GOAL_BYTES)}`
  return (
    `pacer: assist ratio=${goFloat(cycle.assistRatio)} (scan ${goMebibytes(start.heapScannable)} MB in ${way} MB) ` +
    `workers=${start.dedicatedWorkers}+${fractional}`
  )
}

/**
 * `pacer: 28% CPU (25 exp.) for 3794384+2272+200304 B work (200304 B exp.) in 3997696 B ->
 * 5275648 B (∆goal 1081344, …`
 *
 * As Go's, the line is missing for a cycle in which nothing was allocated: such a cycle teaches the
 * pacer nothing.
 */
export function formatPacerTraceEnd(
  cycle: Pick<CycleRecord, 'pacerUtilization' | 'scanWork' | 'heapAtMarkEnd'>,
  extra: CycleExtra,
  form: TraceForm,
): string | undefined {
  if (form !== 'go1.19') return extra.ratio === null ? undefined : ratioLine(cycle, extra.ratio)
  if (cycle.heapAtMarkEnd <= extra.triggered) return undefined
  const { heap, stack, globals } = cycle.scanWork
  const pastGoal =
    BigInt(cycle.heapAtMarkEnd) - BigInt(Math.trunc(extra.goalAtMarkEnd ?? NO_GOAL_BYTES))
  return (
    `pacer: ${Math.trunc(cycle.pacerUtilization * 100)}% CPU (25 exp.) for ${heap}+${stack}+${globals} B work ` +
    `(${extra.expectedScanWork} B exp.) in ${extra.triggered} B -> ${cycle.heapAtMarkEnd} B ` +
    `(∆goal ${pastGoal}, cons/mark ${goFloat(extra.consMarkBefore)})`
  )
}

/** `pacer: H_m_prev=30488736 h_t=+2.334071e-001 H_T=37605024 … u_a/u_g=+1.000000e+000` */
function ratioLine({ scanWork }: Pick<CycleRecord, 'scanWork'>, step: RatioStep): string {
  const { marked, trigger, live, before, growth, grown, utilization, goalUtilization } = step
  const fields = {
    H_m_prev: Math.trunc(marked),
    h_t: goFloat(before),
    H_T: Math.trunc(trigger),
    h_a: goFloat(grown),
    H_a: live,
    h_g: goFloat(growth),
    H_g: Math.trunc(marked * (1 + growth)),
    u_a: goFloat(utilization),
    u_g: goFloat(goalUtilization),
    W_a: scanWork.heap,
    goalΔ: goFloat(growth - before),
    actualΔ: goFloat(grown - before),
    'u_a/u_g': goFloat(utilization / goalUtilization),
  }
  const texts = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
  return `pacer: ${texts.join(' ')}`
}

/**
 * `pacer: sweep done at heap size 3MB; allocated 0MB during sweep; swept 490 pages at
 * +2.2e-004 pages/byte`
 */
export function formatPacerTraceSweepDone(sweep: SweepDone, form: TraceForm): string {
  return (
    `pacer: sweep done at heap size ${goMebibytes(sweep.heapLive)}MB; ` +
    `allocated ${goMebibytes(sweep.allocatedDuringSweep)}MB ${form === 'go1.5' ? 'of spans' : 'during sweep'}; ` +
    `swept ${sweep.sweptPages} pages at ${goFloat(sweep.sweepPagesPerByte)} pages/byte`
  )
}
