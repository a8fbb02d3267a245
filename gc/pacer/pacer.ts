/**
 * What a pacer is: arithmetic that decides when a cycle starts (trigger), where it should end (goal), and how much an
 * allocating goroutine must mark on the way (assist ratio). It knows nothing of the heap, so the same object paces the
 * real heap and a simulation. The notation in parentheses (M, L, T, N, …) is that of Go's pacer design documents.
 *
 * The runtime calls the hooks in this order:
 *
 *     init, commit                                       before the program starts; nothing to sweep yet
 *     goals                                              after every hook that may change state
 *     ┌ startCycle, revise                               world stopped, mark setup
 *     │ revise …                                         at each refill while marking, by any thread
 *     │ endCycle                                         world stopped; marking is over, the facts are still this cycle's
 *     └ commit                                           world stopped, after the reset: M and L are the bytes just marked
 *     commit (then revise, if marking)                   when GOGC changes; the memory limit does not in a run
 *
 * State changes only in init, startCycle, endCycle and commit, all called in stops, so everybody reads it plainly.
 * No hook may wait, and revise and goals may not allocate. A pacer that throws or answers nonsense (check.ts) ends the run.
 */
import { workerCounts } from './worker-counts.ts'

export { workerCounts } from './worker-counts.ts'

/** A pacer's memory: one slot for each of its `stateNames`, in shared memory. Slots start at 0. */
export type State = Float64Array

/** The most slots that a pacer may name; the runtime reserves as many. */
export const MAX_STATE_SLOTS = 64

/** What is known when a run starts. */
export interface PacerConfig {
  /** Number of Ps (GOMAXPROCS). */
  readonly procs: number
  /** GOGC in percent; negative: off. */
  readonly gcPercent: number
  /** GOMEMLIMIT in bytes; Infinity: none. */
  readonly memoryLimit: number
}

/**
 * What a pacer may know, in one object that its thread fills anew before each hook.
 * Sizes and amounts of scan work are in bytes, times in nanoseconds (Ns). During mark they are racy reads of counters.
 */
export interface Facts {
  /** Number of Ps. Constant in a run. */
  procs: number
  /** GOGC in percent; negative: off. Set by setGCPercent, in a stop. */
  gcPercent: number
  /** GOMEMLIMIT; Infinity: none. Constant in a run. */
  memoryLimit: number

  /** M: bytes marked by the last cycle, objects allocated black included. Set by the reset; 0 before the first. */
  heapMarked: number
  /** L: M and every byte of spans acquired since. Raised by refills and large allocations, lowered by flushes and the reset. */
  heapLive: number
  /** T_a: L when the running cycle started. Set before startCycle; Infinity from the reset on. */
  triggered: number
  /** Sc: upper bound of the bytes that may need a scan. Raised by allocation; frozen while marking (but in the stepped engine); W_h after the reset. */
  heapScannable: number

  /** W_h: heap scanned in this cycle. Added to by every marker; 0 at startCycle, as the next two. */
  heapScanWork: number
  /** W_s: stacks scanned in this cycle. */
  stackScanWork: number
  /** W_g: globals scanned in this cycle. */
  globalsScanWork: number
  /** Bytes marked in this cycle so far; at endCycle all of them: the next M. */
  bytesMarked: number

  /** P_h: W_h of the last cycle. Set by the reset. */
  lastHeapScan: number
  /** P_s: W_s of the last cycle. Set by the reset. */
  lastStackScan: number
  /** S_max: bytes allocated to goroutine stacks now. Changed as goroutines start, grow and end. */
  maxStackScan: number
  /** G: bytes of globals. Constant once the program is loaded. */
  globalsScan: number

  /** D: wall time of concurrent mark. At endCycle its whole length, before that unspecified. */
  markDurationNs: number
  /** A: time that goroutines spent assisting, all Ps. The next three: by kind of worker. Complete at endCycle. */
  assistTimeNs: number
  dedicatedTimeNs: number
  fractionalTimeNs: number
  /** I: time of idle mark workers. */
  idleTimeNs: number
  /** Scan work done in the background that no assist has used up, in bytes. At endCycle. */
  creditLeft: number

  /** The terms of the memory limit: memory that is mapped and not released, */
  mappedReady: number
  /** heap pages that are free and not released, */
  heapFree: number
  /** bytes ever allocated in objects, */
  totalAlloc: number
  /** and bytes of objects ever freed. Only read under a limit. */
  totalFree: number

  /** From just before startCycle to the reset. */
  marking: boolean
  /** At commit: nothing is left to sweep. False at a cycle's end, when sweeping begins. */
  sweepDone: boolean
  /** The cycle was asked for by gc(). */
  forced: boolean
}

/** How the background quarter of the CPU is to be spent in a cycle (idle workers are the scheduler's own affair). */
export interface Plan {
  /** Ps that do nothing but mark. */
  dedicatedWorkers: number
  /** Share of its wall time that each of the other Ps gives to marking; 0: none. */
  fractionalGoal: number
}

/** What a pacer wants of the heap, in bytes. */
export interface Goals {
  /** T: a cycle starts when L reaches it. Never above the goal; Infinity: never. */
  trigger: number
  /** N: marking should be over when L reaches it. Infinity: no goal. */
  goal: number
  /** Where `--gate hard` holds allocation: the size that must not be passed at all. */
  hardGoal: number
  /** The goal before it was moved for the running cycle's sake (Go: its 64 KiB rule). */
  committedGoal: number
  /** How far ahead of the trigger sweeping must be done (Go's sweepMinHeapDistance). */
  sweepDistance: number
}

export interface Pacer {
  /** As in `--pacer`, with its settings: `fixed:trigger=0.8`. */
  readonly name: string
  /** One line for a list of pacers. */
  readonly describe: string
  /**
   * The goals move by themselves between stops: `true`, or only if there is a memory limit. They are then asked for at
   * each refill, else only after stops.
   * @defaultValue false
   */
  readonly liveGoals?: boolean | 'under-limit'
  /** One name for each slot of state. */
  readonly stateNames: readonly string[]
  /** Sets what must not start at 0. A commit follows, with `sweepDone`. */
  init(config: PacerConfig, state: State): void
  /** Plans a cycle's workers. */
  startCycle(state: State, facts: Readonly<Facts>, plan: Plan): void
  /** The assist ratio r: bytes of scan work owed for each byte allocated. Finite, and not negative; 0: no assists. */
  revise(state: State, facts: Readonly<Facts>): number
  /** Learns from the cycle that just ended. */
  endCycle(state: State, facts: Readonly<Facts>): void
  /** Recomputes what goals and revise stand on, after the reset or a change of GOGC. */
  commit(state: State, facts: Readonly<Facts>): void
  /** Fills in all of `out`. */
  goals(state: State, facts: Readonly<Facts>, out: Goals): void
}

/** Facts as they are before a program's first allocation. */
export function newFacts(config: PacerConfig): Facts {
  return {
    procs: config.procs,
    gcPercent: config.gcPercent,
    memoryLimit: config.memoryLimit,
    heapMarked: 0,
    heapLive: 0,
    triggered: Number.POSITIVE_INFINITY,
    heapScannable: 0,
    heapScanWork: 0,
    stackScanWork: 0,
    globalsScanWork: 0,
    bytesMarked: 0,
    lastHeapScan: 0,
    lastStackScan: 0,
    maxStackScan: 0,
    globalsScan: 0,
    markDurationNs: 0,
    assistTimeNs: 0,
    dedicatedTimeNs: 0,
    fractionalTimeNs: 0,
    idleTimeNs: 0,
    creditLeft: 0,
    mappedReady: 0,
    heapFree: 0,
    totalAlloc: 0,
    totalFree: 0,
    marking: false,
    sweepDone: true,
    forced: false,
  }
}

/** Whether the goals must be asked for at each refill. */
export function goalsAreLive(pacer: Pacer, config: PacerConfig): boolean {
  if (pacer.liveGoals === 'under-limit') return config.memoryLimit !== Number.POSITIVE_INFINITY
  return pacer.liveGoals === true
}

/** A pacer as one writes it by hand: state by name, and defaults for what many pacers do alike. */
export interface PacerDefinition<Name extends string> {
  readonly name: string
  readonly describe: string
  readonly liveGoals?: boolean | 'under-limit'
  /** Every number to be remembered, with its first value. */
  readonly state: Readonly<Record<Name, number>>
  /** Default: Go's number of workers. */
  startCycle?(state: Record<Name, number>, facts: Readonly<Facts>, plan: Plan): void
  revise(state: Readonly<Record<Name, number>>, facts: Readonly<Facts>): number
  /** Default: learns nothing. */
  endCycle?(state: Record<Name, number>, facts: Readonly<Facts>): void
  /** Default: does nothing. */
  commit?(state: Record<Name, number>, facts: Readonly<Facts>): void
  /** Must set trigger and goal; if left, hardGoal is 1.1·goal, committedGoal the goal, sweepDistance 1 MiB. */
  goals(state: Readonly<Record<Name, number>>, facts: Readonly<Facts>, out: Goals): void
}

/** Makes a pacer of a definition, as a user's `--pacer ./mine.ts` does in its default export. Throws a TypeError for one without its hooks. */
export function definePacer<Name extends string>(definition: PacerDefinition<Name>): Pacer {
  for (const hook of ['revise', 'goals'] as const)
    if (typeof definition[hook] !== 'function') throw new TypeError(`definePacer: ${hook} is missing`)
  const stateNames = Object.keys(definition.state) as Name[]
  const over = namedSlots(stateNames)
  return {
    name: definition.name,
    describe: definition.describe,
    liveGoals: definition.liveGoals ?? false,
    stateNames,
    init: (_config, state) => stateNames.forEach((name, slot) => (state[slot] = definition.state[name])),
    startCycle(state, facts, plan) {
      workerCounts(facts.procs, plan)
      definition.startCycle?.(over(state), facts, plan)
    },
    revise: (state, facts) => definition.revise(over(state), facts),
    endCycle: (state, facts) => definition.endCycle?.(over(state), facts),
    commit: (state, facts) => definition.commit?.(over(state), facts),
    goals(state, facts, out) {
      out.trigger = out.goal = Number.NaN // a goal that is forgotten is a bad answer, and not the last one again
      out.hardGoal = out.committedGoal = out.sweepDistance = -1
      definition.goals(over(state), facts, out)
      if (out.hardGoal === -1) out.hardGoal = Math.trunc(1.1 * out.goal)
      if (out.committedGoal === -1) out.committedGoal = out.goal
      if (out.sweepDistance === -1) out.sweepDistance = 1024 * 1024
    },
  }
}

/** One object whose fields are the slots of the state it was last laid over. An unknown name throws when it is set. */
function namedSlots<Name extends string>(names: readonly Name[]): (state: State) => Record<Name, number> {
  let slots: State = new Float64Array(0)
  const fields = {} as Record<Name, number>
  names.forEach((name, slot) =>
    Object.defineProperty(fields, name, { get: () => slots[slot], set: (value: number) => (slots[slot] = value) }),
  )
  Object.preventExtensions(fields)
  return state => {
    slots = state
    return fields
  }
}
