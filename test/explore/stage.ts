/**
 * Carries out schedules, one after the other, on threads that stay: one thread for each P (actor.ts), and this one, which prepares the ground, says go,
 * waits until all have parted, and looks at what there is. A schedule takes about a millisecond.
 */
import { Worker } from 'node:worker_threads'
import { add, load, notify, scheduling, store, wait } from '#sync'
import { type Choice, Schedule } from '../../memory/controlled/schedule.ts'
import type { Order } from '../../memory/controlled/strategy.ts'
import * as control from '../../memory/words/control.ts'
import { UsageError } from '../../runtime/errors/usage-error.ts'
import { clear, type GroundHandle, groundOf, newGround, newP } from './ground.ts'
import type { Ground, Protocol } from './protocol.ts'

/** Words that the threads meet at: schedules begun, and Ps that have done their part in the present one. */
export const BEGUN = 0
export const DONE = 1
/** Then, of each P, the length of what went wrong there, and the text. */
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
  /** What is wrong; null: nothing. */
  readonly complaint: string | null
  readonly choices: readonly Choice[]
}

/** Longest replayed order. */
const MOST_SWITCHES = 4096
/** Turns after which a schedule of so small a protocol has gone astray. */
const MOST_TURNS = 40_000
/** Turns in a row of one P while another could go on: then it is in a loop that only another can end. */
const FAIR = 600
/** A schedule is over in milliseconds; after this long it hangs outside the schedule's reach, in ms. */
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

  /** Carries out one schedule: the default, but for the switches of `order`. */
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
    // Who failed has left things as they were: what follows from that says nothing.
    if (texts.length === 0) texts.push(this.protocol.verify(this.ground) ?? '')
    return texts.filter(text => text !== '').join('; ') || null
  }

  [Symbol.dispose](): void {
    for (const worker of this.workers) void worker.terminate()
  }
}
