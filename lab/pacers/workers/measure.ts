/** Plays the questions: each pacer under both settings, in turns. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BACKGROUND_UTILIZATION } from 'sawtooth/internal/gc/pacer/worker-counts'
import {
  makeTemporaryFolder,
  removeTemporaryFolder,
} from 'sawtooth/internal/runtime/output/temporary-folder'
import { readTraceEvents } from 'sawtooth/internal/runtime/report/trace-events'
import { mean } from 'simple-statistics'
import { leagueScenario } from '../input.ts'
import { derivedPacer, isBuiltIn } from '../real/derived-pacer.ts'
import { measure, WARM_CYCLES } from '../real/engine.ts'
import { longestStretches, type Settled } from './measures.ts'
import type { PlanKind, Question, Setting } from './questions.ts'
import type { WorkersRow } from './results.ts'

/** Cycles of a run's end in which a steady program is settled. */
const SETTLED = 20

export interface WorkersOptions {
  readonly procs: number
  readonly rounds: number
  readonly seed: number
  readonly signal: AbortSignal
  /** Called before each run. */
  readonly progress: (what: string) => void
}

/**
 * The rows of a pacer. Both settings have the same rates of allocation: how fast the machine scans
 * is measured once, before the first round. Throws an InputError and FailedRun.
 */
export async function answer(
  question: Question,
  pacer: string,
  { procs, rounds, seed, signal, progress }: WorkersOptions,
): Promise<WorkersRow[]> {
  const { scenario } = leagueScenario(question.scenario, seed)
  const folder = makeTemporaryFolder()
  let scanRates: readonly number[] | undefined
  const run = async (setting: Setting) => {
    progress(`${question.title.toLowerCase()}, ${pacer}, ${setting.name}`)
    const trace = join(folder, 'trace.json')
    const measured = await measure(scenario, {
      pacer: setting.plan === null ? pacer : derivedPacer(folder, pacer, planHook(setting.plan)),
      idleWorkers: setting.idleWorkers,
      ...{ procs, allocators: question.allocators(procs), seed, signal, trace },
      ...(scanRates === undefined ? {} : { scanRates }),
    })
    scanRates = measured.scanRates
    const first = Math.max(measured.own.length - SETTLED, 1)
    const longest = longestStretches(
      readTraceEvents(readFileSync(trace, 'utf8')),
      WARM_CYCLES + first,
    )
    const settled: Settled = {
      procs,
      cycles: measured.own.slice(first),
      marked: measured.own.slice(first - 1, -1).map(({ heapMarked }) => heapMarked),
      longestWithout: longest.slice(0, measured.own.length - first),
    }
    const numbers = question.columns.map(({ head, measure: of }) => [head, of(settled)] as const)
    return { numbers: Object.fromEntries(numbers), offCpu: measured.offCpu }
  }
  const played = question.settings.map(setting => ({
    setting,
    runs: [] as Awaited<ReturnType<typeof run>>[],
  }))
  try {
    for (let round = 0; round < rounds; round++)
      for (const { setting, runs } of round % 2 === 0 ? played : played.toReversed())
        runs.push(await run(setting))
  } finally {
    removeTemporaryFolder(folder)
  }
  return played.map(({ setting, runs }) => {
    const offCpu = runs.flatMap(one => one.offCpu ?? [])
    return {
      ...{ question: question.name, pacer, setting: setting.name },
      rounds: runs.map(({ numbers }) => numbers),
      offCpu: offCpu.length === 0 ? null : mean(offCpu),
    }
  })
}

/** The hook of a pacer that plans the quarter of the CPU as is asked. */
function planHook(plan: PlanKind): string {
  const workers =
    plan === 'dedicated'
      ? `Math.round(facts.procs * ${BACKGROUND_UTILIZATION}), fractionalGoal: 0`
      : `0, fractionalGoal: ${BACKGROUND_UTILIZATION}`
  return `startCycle(state, facts, plan) {
  pacer.startCycle(state, facts, plan)
  Object.assign(plan, { dedicatedWorkers: ${workers} })
}`
}

/** A plan can be given to a built-in pacer only. */
export function mayAsk({ settings }: Question, pacer: string): boolean {
  return settings.every(({ plan }) => plan === null) || isBuiltIn(pacer)
}
