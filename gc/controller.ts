/**
 * The controller stands between the shared counters and the pacer. It fills in the facts, calls the
 * pacer's hooks, checks the answers, and writes them where the runtime reads them: trigger, goal,
 * assist ratio, number of workers. Each thread has one; the pacer's state is in shared memory.
 *
 *   setup stop         startCycle          plans workers, goals and the assist ratio
 *   at each refill     revise              a new assist ratio; new goals too, if the pacer's move
 *                      reviseGoals         the same goals, while no cycle marks
 *   termination stop   endCycle            the pacer measures the cycle, by L and the work done
 *                      resetLive           L is what was marked
 *                      (phase off)
 *                      commit              new goals, from the new L (docs/go-collector.md §1.4)
 *   GOGC changes       commit, in a stop
 *
 * The hooks of a stop are called by its actor, so plain accesses are exact there. `revise` is
 * called by any P at any time of the mark. It reads counters that others change, and writes the
 * ratio plainly: the last writer wins, as in Go, and each written ratio is right for a moment that
 * has just passed. The same holds for goals that move.
 *
 * The pacer knows nothing of the arena, nor of what this cycle was promised. The controller lowers
 * its goal to what the arena holds, and while a cycle marks to what it was at the start of that
 * cycle (lower). It raises the assist ratio as much as that shortens the way (stretch).
 */

import { load, store } from '#sync'
import type { Bytes, MetaDoubles, MetaWords } from '../memory/kinds.ts'
import { PAGE_BYTES } from '../memory/layout.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as pWords from '../memory/words/p.ts'
import { fillMemoryTerms } from './mapped.ts'
import { checkGoals, checkPlan, checkRatio, checkState } from './pacer/check.ts'
import {
  type Facts,
  type Goals,
  goalsAreLive,
  newFacts,
  type Pacer,
  type PacerConfig,
  type Plan,
  type State,
} from './pacer/pacer.ts'
import { BACKGROUND_UTILIZATION, type IdleWorkers, maxIdleWorkers } from './pacer/worker-counts.ts'
import { Roles } from './work/roles.ts'
import { STOP_FORCED_CYCLE, STOP_PERIODIC_CYCLE } from './world.ts'

/**
 * The share of the arena that the goal leaves free: a cycle can run beside the program only as long
 * as there are pages for the program.
 */
const ARENA_HEADROOM = 1 / 16
/**
 * Where the arena lowers the goal, the trigger keeps the distance to it that the pacer chose. It
 * stays between these shares of the way from the marked heap to the goal (as in Go 1.18).
 */
const EARLIEST_TRIGGER = 0.7
const LATEST_TRIGGER = 0.95

/** A pacer's answer that cannot be used. */
export class PacerError extends Error {
  override name = 'PacerError'
}

export class Controller {
  private readonly memory: Memory
  private readonly meta: MetaWords
  private readonly metaF64: MetaDoubles
  private readonly pacer: Pacer
  private readonly state: State
  private readonly facts: Facts
  private readonly plan: Plan = { dedicatedWorkers: 0, fractionalGoal: 0 }
  private readonly goals: Goals = {
    trigger: 0,
    goal: 0,
    hardGoal: 0,
    committedGoal: 0,
    sweepDistance: 0,
  }
  private readonly goalsAreLive: boolean
  private readonly idleWorkers: IdleWorkers
  /** The pacer's own goal, if it was lowered; else 0. */
  private pacerGoal = 0

  constructor(memory: Memory, pacer: Pacer, config: PacerConfig, idleWorkers: IdleWorkers = 'on') {
    this.memory = memory
    this.meta = memory.meta
    this.metaF64 = memory.metaF64
    this.pacer = pacer
    this.facts = newFacts(config)
    this.goalsAreLive = goalsAreLive(pacer, config)
    this.idleWorkers = idleWorkers
    const stateDouble = memory.controlDouble(control.PACER_STATE)
    this.state = memory.metaF64.subarray(stateDouble, stateDouble + pacer.stateNames.length)
  }

  /** Before the program starts, once per run. */
  initialize(config: PacerConfig): void {
    this.meta[control.GC_PERCENT] = config.gcPercent
    this.memory.set(control.TRIGGERED, Number.POSITIVE_INFINITY)
    this.memory.set(control.ARENA_HOLDS, this.memory.layout.arenaBytes)
    this.pacer.init({ ...config, heapMinimum: this.facts.heapMinimum }, this.state)
    this.commit()
  }

  /** In the setup stop, after the counters of the cycle are reset and L at its start is noted. */
  startCycle(trigger: number): void {
    const facts = this.fill('mark')
    const holdsDouble = this.memory.controlDouble(control.ARENA_HOLDS)
    // ARENA_HOLDS was lowered when a request found no page. That was true of the heap at that time,
    // so each cycle forgets an eighth of it.
    this.metaF64[holdsDouble] += (this.memory.layout.arenaBytes - this.metaF64[holdsDouble]) / 8
    this.pacer.startCycle(this.state, facts, this.plan)
    this.check(checkPlan(this.pacer, this.plan, facts.procs))
    const { dedicatedWorkers, fractionalGoal } = this.plan
    Roles.handOut(this.memory, dedicatedWorkers)
    this.meta[control.IDLE_WORKERS_MAX] = maxIdleWorkers(
      facts.procs,
      dedicatedWorkers,
      trigger === STOP_PERIODIC_CYCLE,
      this.idleWorkers,
    )
    this.memory.set(control.FRACTIONAL_GOAL, fractionalGoal)
    this.setGoals(facts)
    this.setAssistRatio(facts)
    this.memory.set(control.GOAL_AT_START, this.goals.goal)
  }

  /**
   * At each refill while marking: sets a new assist ratio. L and the work done have changed since
   * the last one, so the same debt is due over another distance. By any P; the last writer wins, as
   * in Go.
   */
  revise(): void {
    const facts = this.fill('mark')
    this.setAssistRatio(facts)
    if (this.goalsAreLive) this.setGoals(facts)
  }

  /**
   * At each refill while no cycle marks: trigger and goal follow what is mapped, if the pacer's
   * goals move. So a cycle does not begin late, at a trigger of the time before.
   */
  reviseGoals(): void {
    if (this.goalsAreLive) this.setGoals(this.fill('off'))
  }

  /**
   * In the termination stop, before resetLive: the facts are still those of the cycle that ends.
   */
  endCycle(bytesMarked: number, now: number): void {
    const facts = this.fill('mark')
    facts.bytesMarked = bytesMarked
    facts.markDurationNs = (now - this.memory.get(control.MARK_STARTED_AT)) * 1e6
    facts.assistTimeNs = this.memory.sumOfPs(pWords.ASSIST_MS) * 1e6
    facts.dedicatedTimeNs = this.memory.sumOfPs(pWords.DEDICATED_MS) * 1e6
    facts.fractionalTimeNs = this.memory.sumOfPs(pWords.FRACTIONAL_MS) * 1e6
    facts.idleTimeNs = this.memory.sumOfPs(pWords.IDLE_MS) * 1e6
    facts.creditLeft = Math.max(0, load(this.meta, control.BACKGROUND_CREDIT))
    this.pacer.endCycle(this.state, facts)
    const total = facts.markDurationNs * facts.procs
    this.memory.set(
      control.PACER_UTILIZATION,
      BACKGROUND_UTILIZATION + (total > 0 ? facts.assistTimeNs / total : 0),
    )
  }

  /**
   * In the termination stop: L becomes the bytes that were marked, and the scannable heap becomes
   * the heap work that was done. Both begin a new estimate from above.
   */
  resetLive(bytesMarked: number): void {
    const meta = this.meta
    this.memory.set(control.HEAP_MARKED, bytesMarked)
    this.memory.set(control.LAST_HEAP_SCAN, load(meta, control.SCAN_WORK_HEAP))
    this.memory.set(control.LAST_STACK_SCAN, load(meta, control.SCAN_WORK_STACK))
    this.memory.set(control.TRIGGERED, Number.POSITIVE_INFINITY)
    store(meta, control.HEAP_LIVE, bytesMarked)
    store(meta, control.HEAP_SCANNABLE, load(meta, control.SCAN_WORK_HEAP))
  }

  /**
   * After the reset, or a change of GOGC: sets new goals. Throws a PacerError for an unusable
   * answer.
   */
  commit(): void {
    const phase = this.meta[control.PHASE] === control.PHASE_MARK ? 'mark' : 'off'
    const facts = this.fill(phase)
    facts.sweepDone = load(this.meta, control.SWEEPERS) === control.SWEEP_DRAINED
    this.pacer.commit(this.state, facts)
    this.check(checkState(this.pacer, 'commit', this.state))
    this.setGoals(facts)
    if (phase === 'mark') this.setAssistRatio(facts)
  }

  /** How many bytes before the trigger the sweep should be over, as the pacer last said. */
  get sweepDistance(): number {
    return this.goals.sweepDistance
  }

  /** State slot by name, for traces; 0 if the pacer has none of that name. */
  stateOf(name: string): number {
    const slot = this.pacer.stateNames.indexOf(name)
    return slot < 0 ? 0 : this.state[slot]
  }

  private setGoals(facts: Facts): void {
    const goals = this.goals
    this.pacer.goals(this.state, facts, goals)
    this.check(checkGoals(this.pacer, goals))
    this.lower(goals, facts.heapMarked)
    this.meta[control.TRIGGER] = bytesOrNone(goals.trigger)
    this.meta[control.GOAL] = bytesOrNone(goals.goal)
    this.memory.set(control.HARD_GOAL, goals.hardGoal)
    this.memory.set(control.COMMITTED_GOAL, goals.committedGoal)
  }

  private setAssistRatio(facts: Facts): void {
    const ratio = this.pacer.revise(this.state, facts)
    this.check(checkRatio(this.pacer, ratio))
    const bounded = this.pacerGoal === 0 ? ratio : ratio * this.stretch(facts.heapLive)
    this.memory.set(control.ASSIST_WORK_PER_BYTE, bounded)
    this.memory.set(
      control.ASSIST_BYTES_PER_WORK,
      bounded > 0 ? 1 / bounded : Number.POSITIVE_INFINITY,
    )
  }

  /**
   * No page is left for a request of that many bytes. So with this L the arena is full, however
   * much room its spans have. By any P: of two that write at the same time one is lost, which costs
   * only accuracy.
   */
  arenaIsFull(bytes: Bytes): void {
    const holdsDouble = this.memory.controlDouble(control.ARENA_HOLDS)
    this.metaF64[holdsDouble] = Math.min(
      this.metaF64[holdsDouble],
      load(this.meta, control.HEAP_LIVE) + bytes,
    )
  }

  /**
   * Lowers goal and trigger to what the arena holds, but not below what the last cycle marked. With
   * a goal beyond the arena a cycle would begin only when the arena is full, and the program would
   * wait for all of the cycle. While a cycle marks, its goal does not rise beyond that of its
   * start, by which it is judged: with a memory limit it would as memory becomes free, and with a
   * new GOGC. The next cycle has that room.
   */
  private lower(goals: Goals, heapMarked: number): void {
    const room =
      this.memory.get(control.ARENA_HOLDS) - ARENA_HEADROOM * this.memory.layout.arenaBytes
    const atStart =
      this.meta[control.BLACKEN_ENABLED] === 0
        ? Number.POSITIVE_INFINITY
        : this.memory.get(control.GOAL_AT_START)
    const most = Math.trunc(Math.min(Math.max(room, heapMarked), atStart))
    this.pacerGoal = goals.goal > most ? goals.goal : 0
    if (goals.goal <= most) return
    const way = most - heapMarked
    const runway = goals.trigger === Number.POSITIVE_INFINITY ? 0 : goals.goal - goals.trigger
    const trigger = Math.max(most - runway, heapMarked + EARLIEST_TRIGGER * way)
    goals.trigger = Math.min(trigger, heapMarked + LATEST_TRIGGER * way)
    goals.goal = most
    goals.committedGoal = Math.min(goals.committedGoal, most)
    goals.hardGoal = Math.min(goals.hardGoal, most)
  }

  /**
   * The factor by which the way to the lowered goal is shorter than the way to the pacer's. The
   * pacer spreads what is left to mark over its own way, so the assist ratio grows by this factor.
   * 1 for a pacer that has no goal: it asks for no assists.
   */
  private stretch(heapLive: number): number {
    if (this.pacerGoal === Number.POSITIVE_INFINITY) return 1
    return (
      Math.max(this.pacerGoal - heapLive, PAGE_BYTES) /
      Math.max(this.meta[control.GOAL] - heapLive, PAGE_BYTES)
    )
  }

  private fill(phase: 'mark' | 'off'): Facts {
    const meta = this.meta
    const facts = this.facts
    facts.gcPercent = meta[control.GC_PERCENT]
    facts.heapMarked = this.memory.get(control.HEAP_MARKED)
    facts.heapLive = load(meta, control.HEAP_LIVE)
    facts.triggered = this.memory.get(control.TRIGGERED)
    facts.heapScannable = meta[control.HEAP_SCANNABLE]
    facts.heapScanWork = load(meta, control.SCAN_WORK_HEAP)
    facts.stackScanWork = load(meta, control.SCAN_WORK_STACK)
    facts.globalsScanWork = load(meta, control.SCAN_WORK_GLOBALS)
    facts.lastHeapScan = this.memory.get(control.LAST_HEAP_SCAN)
    facts.lastStackScan = this.memory.get(control.LAST_STACK_SCAN)
    facts.maxStackScan = meta[control.STACK_WORDS_IN_USE] * 4
    facts.globalsScan = meta[control.GLOBAL_SLOTS] * 4
    if (facts.memoryLimit !== Number.POSITIVE_INFINITY) fillMemoryTerms(this.memory, facts)
    facts.marking = phase === 'mark'
    facts.sweepDone = phase === 'off' && load(meta, control.SWEEPERS) === control.SWEEP_DRAINED
    facts.forced = meta[control.CYCLE_TRIGGER] === STOP_FORCED_CYCLE
    return facts
  }

  private check(complaint: string | null): void {
    if (complaint !== null) throw new PacerError(complaint)
  }
}

function bytesOrNone(bytes: Bytes): number {
  return bytes < control.NO_BYTES ? Math.trunc(bytes) : control.NO_BYTES
}
