/**
 * What a pacer is: arithmetic that decides when a cycle starts (trigger), where it should end
 * (goal), and how much an allocating goroutine must mark on the way (assist ratio). It knows
 * nothing of the heap, so the same object paces the real heap and a simulation. The notation in
 * parentheses (M, L, T, N, …) is that of Go's pacer design documents.
 *
 * The runtime calls the hooks in this order:
 *
 *     init, commit, goals            before the program starts; there is nothing to sweep yet
 *     ┌ startCycle, goals, revise    world stopped, mark setup
 *     │ revise …                     at each refill while marking, by any thread
 *     │ endCycle                     world stopped; marking is over, the facts are this cycle's
 *     └ commit, goals                world stopped, after the reset: M and L are the marked bytes
 *     commit, goals, revise          when GOGC changes; revise only during a mark
 *
 * Goals that move by themselves (liveGoals) are asked for at each other refill too: after each
 * revise, and while no cycle marks. The memory limit does not change in a run.
 *
 * State changes only in init, startCycle, endCycle and commit. These are called in stops, so every
 * thread reads the state plainly. No hook may wait; revise and goals may not allocate. A pacer that
 * throws or gives a nonsensical answer (check.ts) ends the run.
 */
import { MiB } from './units.ts'
import { workerCounts } from './worker-counts.ts'

export { workerCounts } from './worker-counts.ts'

/** A pacer's memory: one slot for each of its `stateNames`, in shared memory. Slots start at 0. */
export type State = Float64Array

/** The most slots that a pacer may name. The runtime reserves that many. */
export const MAX_STATE_SLOTS = 64

/** What is known when a run starts. */
export interface PacerConfig {
  /** Number of Ps (GOMAXPROCS). */
  readonly procs: number
  /** GOGC in percent; negative for off. */
  readonly gcPercent: number
  /** GOMEMLIMIT in bytes; Infinity for none. */
  readonly memoryLimit: number
  /** The heap minimum in bytes, whatever GOGC is. If left out: Go's, which scales with GOGC. */
  readonly heapMinimum?: number | undefined
}

/** The heap minimum of a run that sets none. */
const GO_HEAP_MINIMUM = -1

/**
 * What a pacer may know, in one object that its thread fills anew before each hook. Sizes and
 * amounts of scan work are in bytes, times in nanoseconds (Ns). During a mark they are racy reads
 * of counters.
 */
export interface Facts {
  /** Number of Ps. Constant in a run. */
  procs: number
  /** GOGC in percent; negative for off. Set by setGCPercent, in a stop. */
  gcPercent: number
  /** GOMEMLIMIT; Infinity for none. Constant in a run. */
  memoryLimit: number
  /**
   * The goal's least value, in bytes; negative: Go's 4 MiB, which scale with GOGC. Constant in a
   * run. A pacer asks heapMinimum of go-goal.ts.
   */
  heapMinimum: number

  /**
   * M: bytes marked by the last cycle. They include objects allocated black. Set by the reset; 0
   * before the first.
   */
  heapMarked: number
  /**
   * L: M and every byte of spans acquired since. Raised by refills and large allocations, lowered
   * by flushes and the reset.
   */
  heapLive: number
  /** T_a: L when the running cycle started. Set before startCycle; Infinity from the reset on. */
  triggered: number
  /**
   * Sc: an upper bound of the bytes that may need a scan. Raised by allocation; frozen while
   * marking (except in the lab's stepped engine); W_h after the reset.
   */
  heapScannable: number

  /**
   * W_h: heap scanned in this cycle. Every marker adds to it. It is 0 at startCycle, and so are the
   * next two.
   */
  heapScanWork: number
  /** W_s: stacks scanned in this cycle. */
  stackScanWork: number
  /** W_g: globals scanned in this cycle. */
  globalsScanWork: number
  /** Bytes marked in this cycle so far. At endCycle it is all of them: the next M. */
  bytesMarked: number

  /** P_h: W_h of the last cycle. Set by the reset. */
  lastHeapScan: number
  /** P_s: W_s of the last cycle. Set by the reset. */
  lastStackScan: number
  /** S_max: bytes allocated to goroutine stacks now. Changes as goroutines start, grow and end. */
  maxStackScan: number
  /** G: bytes of globals. Constant once the program is loaded. */
  globalsScan: number

  /** D: wall time of the concurrent mark. At endCycle its whole length, before that unspecified. */
  markDurationNs: number
  /**
   * A: time that goroutines spent assisting, on all Ps. The next three are by kind of worker. All
   * are complete at endCycle.
   */
  assistTimeNs: number
  dedicatedTimeNs: number
  fractionalTimeNs: number
  /** I: time of idle workers. */
  idleTimeNs: number
  /** Background credit left at endCycle, in bytes: scan work that no assist has claimed. */
  creditLeft: number

  /**
   * These four are read only under a memory limit. Here: bytes that are mapped and not released.
   */
  mappedReady: number
  /** Bytes of heap pages that are free and not released. */
  heapFree: number
  /** Bytes ever allocated in objects. */
  totalAlloc: number
  /** Bytes of objects ever freed. */
  totalFree: number

  /** True from just before startCycle to the reset. */
  marking: boolean
  /**
   * At commit: true if the sweep is complete. False at the end of a cycle, when sweeping begins.
   */
  sweepDone: boolean
  /** True if the cycle was asked for by gc(). */
  forced: boolean
}

/**
 * How to spend the background quarter of the CPU in a cycle. (Idle workers are left to the
 * scheduler.)
 */
export interface Plan {
  /** Ps that do nothing but mark. */
  dedicatedWorkers: number
  /** Share of its wall time that each of the other Ps gives to marking; 0 for none. */
  fractionalGoal: number
}

/** What a pacer asks of the heap, in bytes. */
export interface Goals {
  /** T: a cycle starts when L reaches it. Never above the goal; Infinity for never. */
  trigger: number
  /** N: marking should be over when L reaches it. Infinity for no goal. */
  goal: number
  /** Where `--gate hard` holds allocation: the size that must not be passed at all. */
  hardGoal: number
  /** The goal before it was moved for the sake of the running cycle (Go: its 64 KiB rule). */
  committedGoal: number
  /** How far ahead of the trigger sweeping must be done (Go's sweepMinHeapDistance). */
  sweepDistance: number
}

/** The first Go that printed its gcpacertrace in this form. */
export type TraceForm = 'go1.5' | 'go1.10' | 'go1.19'

export interface Pacer {
  /** As in `--pacer`, with its settings: `fixed:trigger=0.8`. */
  readonly name: string
  /** One line for a list of pacers. */
  readonly describe: string
  /**
   * Whether the goals move by themselves between stops: always (`true`), or only if there is a
   * memory limit. Then the runtime asks for them at each refill, else only in stops.
   * @defaultValue false
   */
  readonly liveGoals?: boolean | 'under-limit'
  /** One name for each slot of state. */
  readonly stateNames: readonly string[]
  /** Which Go's gcpacertrace tells of its cycles. @defaultValue 'go1.19' */
  readonly traceForm?: TraceForm
  /** Sets what must not start at 0. A commit with `sweepDone` follows. */
  init(config: PacerConfig, state: State): void
  /** Plans a cycle's workers. */
  startCycle(state: State, facts: Readonly<Facts>, plan: Plan): void
  /**
   * The assist ratio r: bytes of scan work that are due for each byte allocated. Finite and not
   * negative; 0 for no assists.
   */
  revise(state: State, facts: Readonly<Facts>): number
  /** Learns from the cycle that just ended. */
  endCycle(state: State, facts: Readonly<Facts>): void
  /** Computes again what goals and revise rely on: after the reset, or after a change of GOGC. */
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
    heapMinimum: config.heapMinimum ?? GO_HEAP_MINIMUM,
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
  /** Every number to remember, with its first value. */
  readonly state: Readonly<Record<Name, number>>
  /** If left out: Go's number of workers. */
  startCycle?(state: Record<Name, number>, facts: Readonly<Facts>, plan: Plan): void
  revise(state: Readonly<Record<Name, number>>, facts: Readonly<Facts>): number
  /** If left out: the pacer learns nothing. */
  endCycle?(state: Record<Name, number>, facts: Readonly<Facts>): void
  /** If left out: nothing is done at a commit. */
  commit?(state: Record<Name, number>, facts: Readonly<Facts>): void
  /**
   * Must set trigger and goal. If left out, hardGoal is 1.1 · goal, committedGoal the goal, and
   * sweepDistance 1 MiB.
   */
  goals(state: Readonly<Record<Name, number>>, facts: Readonly<Facts>, out: Goals): void
}

/**
 * Makes a pacer of a definition, as a user's `--pacer ./mine.ts` does in its default export. Throws
 * a TypeError if a hook is missing.
 */
export function definePacer<Name extends string>(definition: PacerDefinition<Name>): Pacer {
  for (const hook of ['revise', 'goals'] as const)
    if (typeof definition[hook] !== 'function')
      throw new TypeError(`definePacer: ${hook} is missing`)
  const stateNames = Object.keys(definition.state) as Name[]
  const over = namedSlots(stateNames)
  return {
    name: definition.name,
    describe: definition.describe,
    liveGoals: definition.liveGoals ?? false,
    stateNames,
    init(_config, state) {
      for (const [slot, name] of stateNames.entries()) state[slot] = definition.state[name]
    },
    startCycle(state, facts, plan) {
      workerCounts(facts.procs, plan)
      definition.startCycle?.(over(state), facts, plan)
    },
    revise: (state, facts) => definition.revise(over(state), facts),
    endCycle: (state, facts) => definition.endCycle?.(over(state), facts),
    commit: (state, facts) => definition.commit?.(over(state), facts),
    goals(state, facts, out) {
      // A goal that the definition forgets is a bad answer, and not the last one again.
      out.trigger = out.goal = Number.NaN
      out.hardGoal = out.committedGoal = out.sweepDistance = -1
      definition.goals(over(state), facts, out)
      if (out.hardGoal === -1) out.hardGoal = Math.trunc(1.1 * out.goal)
      if (out.committedGoal === -1) out.committedGoal = out.goal
      if (out.sweepDistance === -1) out.sweepDistance = MiB
    },
  }
}

/**
 * One object whose fields are the slots of the state that it was last laid over. Setting an unknown
 * name throws.
 */
function namedSlots<Name extends string>(
  names: readonly Name[],
): (state: State) => Record<Name, number> {
  let slots: State = new Float64Array(0)
  const fields = {} as Record<Name, number>
  for (const [slot, name] of names.entries())
    Object.defineProperty(fields, name, {
      get: () => slots[slot],
      set: (value: number) => {
        slots[slot] = value
      },
    })
  Object.preventExtensions(fields)
  return state => {
    slots = state
    return fields
  }
}
