/**
 * A schedule: one P goes on at a time, in an order that a seed decides. The Ps are real threads;
 * all but one wait.
 *
 *   turn     before an atomic operation, step, wait or notify, the P that has the turn chooses
 *            the P that has the next one, itself included. If that is another P, it hands the turn
 *            over, and sleeps until it has the turn again
 *   block    a wait whose word holds what is expected: the P is WAITING for a key (which word of
 *            which buffer), perhaps until a deadline, and another P must go on. A notify makes it
 *            RUNNABLE, and so does its deadline
 *   time     a turn takes a microsecond. If no P can go on, time jumps to the next deadline. If
 *            there is none, the Ps are stuck: a wake-up was lost
 *
 * Why plain accesses are exact: only the P that has the turn accesses what is not atomic here, and
 * it hands the turn over by an atomic store.
 *
 * Why a run can be repeated: between two turns only one P does anything. V8's collector, the clock
 * and the main thread have no part in the order. So if the program is deterministic, a run depends
 * only on the program, the strategy and the seed.
 *
 * What cannot be found here: one P at a time is sequentially consistent, so no race shows that
 * needs two stores in flight. The litmus tests look for those (test/litmus).
 */
import { MAX_PS } from '../layout.ts'
import { xorshift32 } from '../xorshift.ts'
import type { Order, ScheduleReport, Strategy, Switch } from './strategy.ts'

/** The most Ps under one schedule. */

// Words. MODE, CURRENT, JOINED and each P's CALLED are atomic. All others belong to the P that has
// the turn, and are plain.
/**
 * GATHERING until all Ps have joined, then CONTROLLED. RELEASED if the run ends by force: then each
 * thread goes on as the system lets it.
 */
const MODE = 0
/** The P that has the turn. */
const CURRENT = 1
/** Ps that have joined. */
const JOINED = 2
/** Number of Ps, and the strategy. Constant in a run. */
const PROCS = 3
const STRATEGY = 4
/** State of the generator: xorshift32. */
const RANDOM = 5
/**
 * The most turns in a row while others can go on, and how many the P that has the turn has taken.
 */
const FAIR = 6
const IN_A_ROW = 7
/** Turns and switches so far, and the turns after which the run is given up. */
const TURNS = 8
const SWITCHES = 9
const MOST_TURNS = 10
/** Switches in ORDER, counting those that found no room. */
const ORDER_LENGTH = 11
/** 1 if every choice must be written to TRACE, and how many have been. */
const TRACING = 12
const TRACE_LENGTH = 13
/**
 * Waits that were ever begun. They number the waits: the P that has waited longest is woken first.
 */
const WAITS = 14
/** PCT: the lowest priority given so far. */
const LOWEST = 15
/** PCT, round robin: which change comes next, how many there are, and at which turns, ascending. */
const CHANGE_NEXT = 16
const CHANGES = 17
const CHANGE = 18
const MOST_CHANGES = 64

/** Words of each P. */
const P = 128
const P_WORDS = 16
const STATE = 0
/** The word that it waits on (see keyOf), and the number of its wait. */
const KEY = 1
const WAIT_NUMBER = 2
/** Turns it has taken. */
const OWN_TURNS = 3
/** Increased when the turn is handed to the P, which sleeps on this word. */
const CALLED = 4
const PRIORITY = 5
/** Its switches in REPLAY: the next one, and the end. */
const REPLAY_NEXT = 6
const REPLAY_END = 7

/**
 * Doubles, in microseconds: by how much time has jumped, the time at which the run is given up, and
 * each P's deadline.
 */
const DOUBLES = (P + MAX_PS * P_WORDS) / 2
const JUMPED = DOUBLES
const MOST_TIME = DOUBLES + 1
const DEADLINE = DOUBLES + 2

/** The choices in the order in which they were made, for exploration. One word holds a Choice. */
const TRACE = 2 * (DEADLINE + MAX_PS)
export const MOST_TRACED = 1 << 16
/** Three words for each switch. */
const ORDER = TRACE + MOST_TRACED
const MOST_SWITCHES = 1 << 20
/** The order to be replayed: two words for each switch. Those of one P stand together. */
const REPLAY = ORDER + 3 * MOST_SWITCHES

const GATHERING = 0
const CONTROLLED = 1
const RELEASED = 2

const ABSENT = 0
const RUNNABLE = 1
const WAITING = 2

const RANDOMLY = 0
const BY_PRIORITY = 1
const ROUND_ROBIN = 2
const REPLAYED = 3

/**
 * How often a P that has handed on its turn reads CURRENT before it sleeps. On an idle core the
 * turn comes back within a microsecond or two.
 */
const LOOKS = 200

/** No P can go on, and none ever will: a wake-up was lost, or the Ps wait for one another. */
export class StuckError extends Error {
  override name = 'StuckError'
}

/** The Ps go on without end: they wait for a condition that is never met. */
export class LivelockError extends Error {
  override name = 'LivelockError'
}

export interface ScheduleOptions {
  readonly seed?: number
  /** Turns in a row before others have one. @defaultValue 1000 */
  readonly fair?: number
  /** Turns after which a LivelockError ends the run. @defaultValue 50 million */
  readonly mostTurns?: number
  /** Record every choice. @defaultValue false */
  readonly tracing?: boolean
}

/**
 * One choice: the P that had the turn, the P that got it, the P that would have got it by default,
 * and a bit for each P that could have it.
 */
export interface Choice {
  readonly me: number
  readonly chosen: number
  readonly usual: number
  readonly enabled: number
}

/**
 * Names the key of a wait, for messages. Words of the meta buffer count from 1, those of the heap
 * from −1 down.
 */
function nameOfKey(key: number): string {
  if (key === 0) return 'its own'
  return key > 0 ? `word ${key - 1} of the meta buffer` : `word ${-key - 1} of the heap`
}

export class Schedule {
  readonly buffer: SharedArrayBuffer
  private readonly words: Int32Array
  private readonly doubles: Float64Array
  /** The P whose thread this is; −1 for a thread that has no part in the schedule. */
  private me = -1
  private own = 0

  constructor(buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.words = new Int32Array(buffer)
    this.doubles = new Float64Array(buffer)
  }

  /** Makes a schedule for `procs` Ps. */
  static create(strategy: Strategy, procs: number, options: ScheduleOptions = {}): Schedule {
    const replayed = strategy.kind === 'replay' ? strategy.order.length : 0
    const schedule = new Schedule(new SharedArrayBuffer(4 * (REPLAY + 2 * replayed)))
    schedule.prepare(strategy, procs, options)
    return schedule
  }

  /**
   * Makes the schedule ready for a run, while no P has a part in it. A schedule can be used again,
   * if the new strategy needs no more room.
   */
  prepare(strategy: Strategy, procs: number, options: ScheduleOptions = {}): void {
    const { words } = this
    words.fill(0, 0, TRACE)
    words[PROCS] = procs
    // Xorshift never leaves 0, and neighbouring seeds must not look alike.
    words[RANDOM] = Math.imul((options.seed ?? 1) + 1, 0x9e3779b9) | 1
    words[FAIR] = options.fair ?? 1000
    words[MOST_TURNS] = options.mostTurns ?? 50_000_000
    words[TRACING] = options.tracing === true ? 1 : 0
    this.doubles[MOST_TIME] = 1e9
    for (let round = 0; round < 8; round++) this.random()
    if (strategy.kind === 'random') words[STRATEGY] = RANDOMLY
    else if (strategy.kind === 'pct')
      this.preparePriorities(strategy.changes, strategy.turns, procs)
    else if (strategy.kind === 'round-robin')
      this.prepareChanges(ROUND_ROBIN, strategy.switches, strategy.turns)
    else this.prepareReplay(strategy.order, procs)
  }

  private preparePriorities(changes: number, turns: number, procs: number): void {
    const { words } = this
    this.prepareChanges(BY_PRIORITY, changes, turns)
    const free = Array.from({ length: procs }, (_, index) => index + 1)
    for (let index = 0; index < procs; index++)
      words[P + index * P_WORDS + PRIORITY] = free.splice(this.random() % free.length, 1)[0]
  }

  private prepareChanges(strategy: number, count: number, turns: number): void {
    const { words } = this
    words[STRATEGY] = strategy
    words[CHANGES] = Math.min(count, MOST_CHANGES)
    const at = Array.from({ length: words[CHANGES] }, () => 1 + (this.random() % turns)).sort(
      (a, b) => a - b,
    )
    words.set(at, CHANGE)
  }

  private prepareReplay(order: Order, procs: number): void {
    const { words } = this
    words[STRATEGY] = REPLAYED
    let end = REPLAY
    for (let index = 0; index < procs; index++) {
      const base = P + index * P_WORDS
      words[base + REPLAY_NEXT] = end
      for (const [p, turn, next] of order) {
        if (p !== index) continue
        words[end++] = turn
        words[end++] = next
      }
      words[base + REPLAY_END] = end
    }
  }

  // ————— the Ps' side

  /** Makes this thread P `index`. Returns when it has its first turn. */
  join(index: number): void {
    const { words } = this
    this.me = index
    this.own = P + index * P_WORDS
    words[this.own + STATE] = RUNNABLE
    if (Atomics.add(words, JOINED, 1) + 1 === words[PROCS]) {
      if (Atomics.compareExchange(words, MODE, GATHERING, CONTROLLED) !== GATHERING) return
      for (let other = 0; other < words[PROCS]; other++) this.call(other)
    }
    this.awaitTurn()
  }

  /** This P takes no more turns. */
  part(): void {
    const { words } = this
    const me = this.me
    this.me = -1
    if (Atomics.load(words, MODE) !== CONTROLLED) return
    words[this.own + OWN_TURNS]++
    words[this.own + STATE] = ABSENT
    let others = 0
    for (let other = 0; other < words[PROCS]; other++)
      others += words[P + other * P_WORDS + STATE] === ABSENT ? 0 : 1
    if (others === 0) return
    if (this.isAnybodyEnabled() || this.jump()) this.pass(this.choose(me))
    else this.release()
  }

  /** True if this thread takes turns. */
  get takesPart(): boolean {
    return this.me >= 0 && Atomics.load(this.words, MODE) === CONTROLLED
  }

  /**
   * Takes a turn, before a step that another P could notice, or that could show what another P did.
   * Throws a LivelockError after too many turns.
   */
  turn(): void {
    const { words } = this
    words[this.own + OWN_TURNS]++
    if (++words[TURNS] > words[MOST_TURNS] || this.time > this.doubles[MOST_TIME]) {
      this.release()
      throw new LivelockError(
        `no end in sight after ${words[TURNS]} turns and ${this.time / 1e6} s of their time`,
      )
    }
    const next = this.choose(this.me)
    if (next === this.me) words[IN_A_ROW]++
    else this.handOver(next)
  }

  /**
   * Makes this P wait for `key`, at most `milliseconds`, while others go on. True if it was woken,
   * false if the time was over. Throws a StuckError if no P can go on any more.
   */
  block(key: number, milliseconds: number): boolean {
    const { words } = this
    const own = this.own
    words[own + OWN_TURNS]++
    words[own + STATE] = WAITING
    words[own + KEY] = key
    words[own + WAIT_NUMBER] = ++words[WAITS]
    this.doubles[DEADLINE + this.me] = this.time + milliseconds * 1000
    if (!this.isAnybodyEnabled() && !this.jump()) throw this.stuck()
    const next = this.choose(this.me)
    if (next !== this.me) this.handOver(next)
    const woken = words[own + STATE] === RUNNABLE
    words[own + STATE] = RUNNABLE
    return woken
  }

  /** Wakes up to `count` Ps that wait for `key`. Those that have waited longest come first. */
  wake(key: number, count: number): void {
    const { words } = this
    for (let woken = 0; woken < count; woken++) {
      let first = -1
      for (let other = 0; other < words[PROCS]; other++) {
        const base = P + other * P_WORDS
        if (words[base + STATE] !== WAITING || words[base + KEY] !== key) continue
        if (first < 0 || words[base + WAIT_NUMBER] < words[P + first * P_WORDS + WAIT_NUMBER])
          first = other
      }
      if (first < 0) return
      words[P + first * P_WORDS + STATE] = RUNNABLE
    }
  }

  /** The time in microseconds: turns taken, and by how much time has jumped. */
  get time(): number {
    return this.words[TURNS] + this.doubles[JUMPED]
  }

  // ————— which P goes on

  /**
   * Chooses the P that goes on, among those that can, and records the choice. `me` may be one of
   * them.
   */
  private choose(me: number): number {
    const { words } = this
    const usual = this.usual(me)
    const chosen = this.chosenBy(words[STRATEGY], me, usual)
    if (words[TRACING] !== 0) this.trace(me, chosen, usual)
    if (chosen !== usual) this.record(me, chosen)
    return chosen
  }

  private chosenBy(strategy: number, me: number, usual: number): number {
    if (strategy === RANDOMLY) return this.anyEnabled()
    if (strategy === BY_PRIORITY) return this.highest(me)
    if (strategy === ROUND_ROBIN) return this.isChange() ? this.nextEnabled(me) : usual
    return this.replayed(usual)
  }

  /** The default: the P that would go on if no order said otherwise. */
  private usual(me: number): number {
    const isLong = this.words[IN_A_ROW] >= this.words[FAIR]
    return !isLong && this.isEnabled(me) ? me : this.nextEnabled(me)
  }

  /** The next P after `me`, upwards and around, that can go on: `me` itself if no other can. */
  private nextEnabled(me: number): number {
    const procs = this.words[PROCS]
    for (let offset = 1; offset <= procs; offset++) {
      const other = (me + offset) % procs
      if (this.isEnabled(other)) return other
    }
    return me
  }

  private anyEnabled(): number {
    const procs = this.words[PROCS]
    let enabled = 0
    for (let other = 0; other < procs; other++) if (this.isEnabled(other)) enabled++
    let chosen = this.random() % enabled
    for (let other = 0; ; other++) if (this.isEnabled(other) && chosen-- === 0) return other
  }

  /**
   * The P of the highest priority that can go on. A P that has had its fair share of turns in a row
   * gets the lowest priority, since it may be in a loop.
   */
  private highest(me: number): number {
    const { words } = this
    if (this.isChange() || words[IN_A_ROW] >= words[FAIR])
      words[P + me * P_WORDS + PRIORITY] = --words[LOWEST]
    let best = -1
    for (let other = 0; other < words[PROCS]; other++) {
      if (!this.isEnabled(other)) continue
      if (best < 0 || words[P + other * P_WORDS + PRIORITY] > words[P + best * P_WORDS + PRIORITY])
        best = other
    }
    if (words[IN_A_ROW] >= words[FAIR]) words[IN_A_ROW] = 0
    return best
  }

  private isChange(): boolean {
    const { words } = this
    if (words[CHANGE_NEXT] >= words[CHANGES] || words[TURNS] < words[CHANGE + words[CHANGE_NEXT]])
      return false
    words[CHANGE_NEXT]++
    return true
  }

  /**
   * What the order says of this turn of this P, if it says anything and the P that it names can go
   * on.
   */
  private replayed(usual: number): number {
    const { words } = this
    const end = words[this.own + REPLAY_END]
    const turn = words[this.own + OWN_TURNS]
    let at = words[this.own + REPLAY_NEXT]
    while (at < end && words[at] < turn) at += 2
    words[this.own + REPLAY_NEXT] = at
    return at < end && words[at] === turn && this.isEnabled(words[at + 1]) ? words[at + 1] : usual
  }

  private isEnabled(index: number): boolean {
    const state = this.words[P + index * P_WORDS + STATE]
    return state === RUNNABLE || (state === WAITING && this.doubles[DEADLINE + index] <= this.time)
  }

  private isAnybodyEnabled(): boolean {
    for (let other = 0; other < this.words[PROCS]; other++) if (this.isEnabled(other)) return true
    return false
  }

  /** Time jumps to the next deadline; false if there is none. */
  private jump(): boolean {
    const { words } = this
    let next = Number.POSITIVE_INFINITY
    for (let other = 0; other < words[PROCS]; other++) {
      if (words[P + other * P_WORDS + STATE] === WAITING)
        next = Math.min(next, this.doubles[DEADLINE + other])
    }
    if (next === Number.POSITIVE_INFINITY) return false
    this.doubles[JUMPED] = next - words[TURNS]
    return true
  }

  private stuck(): StuckError {
    const { words } = this
    const waits: string[] = []
    for (let other = 0; other < words[PROCS]; other++) {
      const base = P + other * P_WORDS
      if (words[base + STATE] === WAITING)
        waits.push(`P ${other} on ${nameOfKey(words[base + KEY])}`)
    }
    words[this.own + STATE] = RUNNABLE
    this.release()
    return new StuckError(`every P waits, and nobody is left to wake one: ${waits.join(', ')}`)
  }

  private trace(me: number, chosen: number, usual: number): void {
    const { words } = this
    if (words[TRACE_LENGTH] >= MOST_TRACED) return
    let enabled = 0
    for (let other = 0; other < Math.min(words[PROCS], 8); other++)
      if (this.isEnabled(other)) enabled |= 1 << other
    words[TRACE + words[TRACE_LENGTH]++] = me | (chosen << 4) | (usual << 8) | (enabled << 12)
  }

  private record(me: number, chosen: number): void {
    const { words } = this
    const length = words[ORDER_LENGTH]++
    if (length >= MOST_SWITCHES) return
    const entry = ORDER + 3 * length
    words[entry] = me
    words[entry + 1] = words[P + me * P_WORDS + OWN_TURNS]
    words[entry + 2] = chosen
  }

  // ————— handing the turn over

  private handOver(next: number): void {
    this.pass(next)
    this.awaitTurn()
  }

  private pass(next: number): void {
    const { words } = this
    words[IN_A_ROW] = 0
    words[SWITCHES]++
    Atomics.store(words, CURRENT, next)
    this.call(next)
  }

  private call(index: number): void {
    const called = P + index * P_WORDS + CALLED
    Atomics.add(this.words, called, 1)
    Atomics.notify(this.words, called)
  }

  /** Returns when this P has the turn, or the schedule is released. */
  private awaitTurn(): void {
    const { words } = this
    for (let look = 0; look < LOOKS; look++) if (this.hasTurn()) return
    for (;;) {
      // Read before the look. The P that hands the turn on stores CURRENT, then changes this word.
      // So if the turn comes after the look, the wait does not begin, or it ends.
      const called = Atomics.load(words, this.own + CALLED)
      if (this.hasTurn()) return
      Atomics.wait(words, this.own + CALLED, called)
    }
  }

  private hasTurn(): boolean {
    const mode = Atomics.load(this.words, MODE)
    return (
      mode === RELEASED || (mode === CONTROLLED && Atomics.load(this.words, CURRENT) === this.me)
    )
  }

  // ————— from outside

  /**
   * Ends the schedule: the run is over, or must end, and no thread waits for a turn any more. By
   * any thread.
   */
  release(): void {
    const { words } = this
    Atomics.store(words, MODE, RELEASED)
    for (let index = 0; index < words[PROCS]; index++) this.call(index)
  }

  /** What happened. After all Ps have parted. */
  report(): ScheduleReport {
    const { words } = this
    const length = words[ORDER_LENGTH]
    const order: Switch[] = []
    for (let entry = ORDER; entry < ORDER + 3 * Math.min(length, MOST_SWITCHES); entry += 3)
      order.push([words[entry], words[entry + 1], words[entry + 2]])
    return {
      turns: words[TURNS],
      switches: words[SWITCHES],
      order: length <= MOST_SWITCHES ? order : null,
    }
  }

  /** Each choice in turn, for exploration. After all Ps have parted. */
  choices(): Choice[] {
    const { words } = this
    return Array.from(words.subarray(TRACE, TRACE + words[TRACE_LENGTH]), word => ({
      me: word & 15,
      chosen: (word >>> 4) & 15,
      usual: (word >>> 8) & 15,
      enabled: word >>> 12,
    }))
  }

  private random(): number {
    this.words[RANDOM] = xorshift32(this.words[RANDOM])
    return this.words[RANDOM] >>> 0
  }
}
