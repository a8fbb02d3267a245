/**
 * Carries out schedules, one after the other, on threads that stay. There is one thread for each P
 * (actor.ts) and this one, the controlling thread. A schedule takes about a millisecond.
 *
 * 1. The controlling thread clears the memory, sets up the protocol and moves BEGUN.
 * 2. Each P's thread joins the schedule, carries out its part, leaves the schedule and counts in
 *    DONE.
 * 3. When all have counted, the controlling thread verifies what they left.
 */
import { Worker } from 'node:worker_threads'
import { add, load, notify, scheduling, store, wait } from '#sync'
import { type Choice, Schedule } from '../../memory/controlled/schedule.ts'
import type { Order } from '../../memory/controlled/strategy.ts'
import * as control from '../../memory/words/control.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { clear, type GroundHandle, groundOf, newGround, newP } from './ground.ts'
import type { Ground, Protocol } from './protocol.ts'

/** The words at which the threads meet. How many schedules have begun. */
export const BEGUN = 0
/** How many Ps have carried out their part of the present schedule. */
export const DONE = 1
/** From here on, for each P: the length of its complaint in bytes, and the text. */
export const COMPLAINT = 16
export const COMPLAINT_BYTES = 2048

/** What an actor is sent. */
export interface Part {
  readonly protocol: string
  readonly index: number
  readonly ground: GroundHandle
  readonly schedule: SharedArrayBuffer
  readonly meeting: SharedArrayBuffer
}

/** How a schedule went. */
export interface Outcome {
  /** What is wrong, or null. */
  readonly complaint: string | null
  readonly choices: readonly Choice[]
}

/** The most switches in an order. */
const MOST_SWITCHES = 4096
/** A schedule with more turns than this is a livelock: the protocols are small. */
const MOST_TURNS = 40_000
/**
 * After this many turns in a row a P must let another go on: it may be in a loop that only another
 * P can end.
 */
const FAIR = 600
/**
 * A schedule takes milliseconds. If it takes longer than this, in ms, a thread hangs where the
 * schedule does not control it.
 */
const HANG_MS = 30_000

export class Stage implements Disposable {
  private readonly protocol: Protocol
  private readonly procs: number
  private readonly ground: Ground
  private readonly schedule: Schedule
  private readonly meeting: Int32Array
  private readonly workers: Worker[] = []

  /** Throws if the threads cannot be controlled. */
  constructor(protocol: Protocol, procs: number) {
    if (scheduling === null)
      throw new UsageError('schedules need controlled threads: node --conditions=controlled …')
    this.protocol = protocol
    this.procs = procs
    const handle = newGround(procs)
    this.ground = groundOf(handle)
    this.schedule = Schedule.create(
      { kind: 'replay', order: new Array(MOST_SWITCHES).fill([0, 0, 0]) },
      procs,
    )
    this.meeting = new Int32Array(new SharedArrayBuffer(4 * COMPLAINT + procs * COMPLAINT_BYTES))
    for (let index = 0; index < procs; index++) {
      const part: Part = {
        protocol: protocol.name,
        index,
        ground: handle,
        schedule: this.schedule.buffer,
        meeting: this.meeting.buffer as SharedArrayBuffer,
      }
      this.workers.push(new Worker(new URL('./actor.js', import.meta.url), { workerData: part }))
    }
  }

  /** Carries out one schedule: the default order with the switches of `order`. */
  play(order: Order): Outcome {
    const { meeting, schedule, protocol, procs } = this
    this.prepare()
    schedule.prepare({ kind: 'replay', order }, procs, {
      fair: FAIR,
      mostTurns: MOST_TURNS,
      tracing: true,
    })
    meeting.fill(0, COMPLAINT)
    store(meeting, DONE, 0)
    add(meeting, BEGUN, 1)
    notify(meeting, BEGUN)
    for (let done = load(meeting, DONE); done < procs; done = load(meeting, DONE)) {
      if (wait(meeting, DONE, done, HANG_MS) === 'timed-out')
        throw new Error(`${protocol.name}: a schedule hangs: ${JSON.stringify(order)}`)
    }
    return { complaint: this.complaints(), choices: schedule.choices() }
  }

  private prepare(): void {
    const { ground, protocol } = this
    clear(ground)
    const { p, controller } = newP(ground.heap, 0, protocol, {
      start: () => [][Symbol.iterator](),
      nameOf: id => `goroutine ${id}`,
    })
    p.collector.initialize(-1, Number.POSITIVE_INFINITY)
    protocol.setUp?.(ground, p, controller)
  }

  private complaints(): string | null {
    const texts: string[] = []
    const bytes = Buffer.from(this.meeting.buffer)
    for (let index = 0; index < this.procs; index++) {
      const at = 4 * COMPLAINT + index * COMPLAINT_BYTES
      const length = bytes.readInt32LE(at)
      if (length > 0) texts.push(`P ${index}: ${bytes.toString('utf8', at + 4, at + 4 + length)}`)
    }
    const rescues = load(this.ground.memory.meta, control.RESCUES)
    if (rescues > 0) texts.push(`${rescues} lost wake-ups`)
    // After a failure the memory is half-way through something, so `verify` would say nothing.
    if (texts.length === 0) texts.push(this.protocol.verify(this.ground) ?? '')
    return texts.filter(text => text !== '').join('; ') || null
  }

  [Symbol.dispose](): void {
    for (const worker of this.workers) void worker.terminate()
  }
}
