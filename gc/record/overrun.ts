/**
 * The account of the overrun. It names a cause for each byte by which a cycle passed its goal.
 *
 * Each change of the live heap counts by how much it has moved L past the goal (heap/live-heap.ts),
 * in OVERRUN_OWED of the P that made it. While a cycle marks, that P names these bytes before its
 * next safepoint. It takes the first of these causes that holds:
 *
 *   largeObject   the request is one large object, which was paid for before
 *   lock          a P is at a place, and others wait for the lock of the work buffers
 *   stall         a P is at a place of the termination, or a fault stalls it (gc/record/place.ts):
 *                 the bytes are named after the place
 *   wantedStack   no work is left and no P drains, but a wanted stack is not scanned yet
 *   unattended    no work is left and no P drains, and no P has come yet to end the mark
 *   parkedWorker  an attempt to end the mark has failed, there is work, and no P drains
 *   restart       the mark goes on after a stop that found work
 *   credit        the goroutine pays for the request with credit that it has
 *   refill        it has not enough credit, and pays next
 *
 * Why in this order: an absence explains more than a payment. If a P is missing at a place, the
 * mark waits for it, and how the bytes are paid for would change nothing.
 *
 * Two more causes are named elsewhere. `lateTrigger` is what lay above the goal when the cycle
 * began. `hostGc` takes over the bytes of a place at which the host's collector held a P up for
 * most of a long stretch.
 *
 * Proof that the parts sum to the overrun:
 *
 * 1. The changes of a cycle and `lateTrigger` sum to the overrun (heap/live-heap.ts).
 * 2. Each change adds to OVERRUN_OWED of its P once. Naming moves the whole of that word to one
 *    part.
 * 3. What is not named yet when the mark ends goes to `refill`.
 * 4. `hostGc` only moves bytes from part to part.
 *
 * The words of the account are plain. Each P writes only its own; in a stop, the actor writes all.
 * The places of other Ps are read as hints: with an old one, a byte is named after a place that the
 * other P has just left.
 */

import { load } from '#sync'
import type { FaultPoint } from '../../memory/fault-points.ts'
import type { Bytes, MetaDouble } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { type MarkState, NullListener, type Payment } from '../listener.ts'
import { IN_BARRIER, PLACES, Place, type ThreadClocks } from './place.ts'

/** The causes that are no stall. In the account they begin at `pWords.PLACE_COUNT`. */
export const CAUSES = [
  'largeObject',
  'lock',
  'wantedStack',
  'unattended',
  'parkedWorker',
  'restart',
  'credit',
  'refill',
  'lateTrigger',
  'hostGc',
] as const
type Cause = (typeof CAUSES)[number]
const slotOf = (cause: Cause): number => pWords.PLACE_COUNT + CAUSES.indexOf(cause)
const HOST_GC = slotOf('hostGc')

/** Where the parts of stretches begin behind the stretches: off the CPU, and in V8's collector. */
const OFF_CPU = pWords.GAP_OFF_CPU - pWords.LONGEST_GAP
const V8 = pWords.GAP_V8 - pWords.LONGEST_GAP
const GAP_DOUBLES = 3 * pWords.PLACE_COUNT

export class Overrun extends NullListener {
  private readonly memory: Memory
  private readonly pIndex: number
  private readonly place: Place
  private readonly owedDouble: MetaDouble
  private readonly partsDouble: MetaDouble

  constructor(memory: Memory, pIndex: number, clocks: ThreadClocks) {
    super()
    this.memory = memory
    this.pIndex = pIndex
    this.place = new Place(memory, pIndex, clocks)
    this.owedDouble = memory.pDouble(pIndex, pWords.OVERRUN_OWED)
    this.partsDouble = memory.pDouble(pIndex, pWords.OVERRUN_BY)
  }

  /** Notes where this P is. A point that is no place of the termination changes nothing. */
  override at(point: FaultPoint): void {
    const place = 1 + (PLACES as readonly FaultPoint[]).indexOf(point)
    if (place > 0) this.place.be(place)
  }

  override left(): void {
    this.place.be(0)
  }

  /** Names the bytes that the last request of this P has added to the overrun. */
  override charged(_bytes: Bytes, payment: Payment, mark: MarkState): void {
    const { metaF64 } = this.memory
    const bytes = metaF64[this.owedDouble]
    if (bytes === 0) return
    metaF64[this.owedDouble] = 0
    metaF64[
      this.partsDouble +
        (payment === 'before' ? slotOf('largeObject') : this.causeOf(payment, mark))
    ] += bytes
  }

  override cycleStarted(): void {
    resetOverrun(this.memory)
  }

  override planned(): void {
    nameLateTrigger(this.memory, this.pIndex)
  }

  override markOver(): void {
    nameRest(this.memory)
  }

  /** The first cause that holds, as an index in the account. */
  private causeOf(payment: Payment, mark: MarkState): number {
    const { meta } = this.memory
    const place = this.stalledAt()
    if (place !== 0) return load(meta, control.WORK_LOCK) > 1 ? slotOf('lock') : place
    if (mark.isOutOfWork)
      return slotOf(load(meta, control.SCANS_WANTED) > 0 ? 'wantedStack' : 'unattended')
    if (
      load(meta, control.TERMINATION_ATTEMPTS) > 0 &&
      load(meta, control.DRAINERS) === 0 &&
      mark.isWorkAvailable
    )
      return slotOf('parkedWorker')
    if (meta[control.TERMINATION_RESTARTS] > 0) return slotOf('restart')
    return slotOf(payment === 'by credit' ? 'credit' : 'refill')
  }

  /**
   * The place of a P that is at one; 0 if none is. A P that waits in the ragged barrier waits for
   * another one, so its place counts only if no other P is at one.
   */
  private stalledAt(): number {
    const { meta, layout } = this.memory
    let found = 0
    for (let index = 0; index < layout.procs; index++) {
      const place = meta[this.memory.pWord(index, pWords.PLACE)]
      if (place !== 0 && (found === 0 || found === IN_BARRIER)) found = place
    }
    return found
  }
}

/**
 * Names what lay above the goal when the cycle began, in the account of P `pIndex`. In the setup
 * stop.
 */
function nameLateTrigger(memory: Memory, pIndex: number): void {
  const { meta, metaF64 } = memory
  const past = load(meta, control.HEAP_LIVE) - memory.get(control.GOAL_AT_START)
  metaF64[memory.pDouble(pIndex, pWords.OVERRUN_BY) + slotOf('lateTrigger')] = Math.max(0, past)
}

/**
 * Names what is left when the mark is over: its requests would have been named as refills next.
 * What the caches give back from here on is not in the account. In the termination stop.
 */
function nameRest(memory: Memory): void {
  const { metaF64, layout } = memory
  for (let index = 0; index < layout.procs; index++) {
    const own = memory.pDouble(index, 0)
    metaF64[own + pWords.OVERRUN_BY + slotOf('refill')] += metaF64[own + pWords.OVERRUN_OWED]
  }
}

/**
 * Sums the account over all Ps into OVERRUN_PARTS doubles at `parts`, and puts the longest stretch
 * at each place into GAP_DOUBLES doubles at `gaps`, in ms: PLACE_COUNT stretches, that many times
 * off the CPU in each, and that many times in V8's collector. A stretch that has not ended is cut
 * where the stop was requested, and its P is at no place from then on; what held it up only its own
 * thread could tell. In the termination stop.
 */
export function sumOverrun(memory: Memory, parts: number, gaps: number): void {
  const { meta, metaF64, layout } = memory
  metaF64.fill(0, parts, parts + pWords.OVERRUN_PARTS)
  metaF64.fill(0, gaps, gaps + GAP_DOUBLES)
  const stopped = memory.get(control.STOP_REQUESTED_AT)
  for (let index = 0; index < layout.procs; index++) {
    const own = memory.pDouble(index, 0)
    for (let part = 0; part < pWords.OVERRUN_PARTS; part++)
      metaF64[parts + part] += metaF64[own + pWords.OVERRUN_BY + part]
    for (let place = 1; place < pWords.PLACE_COUNT; place++)
      if (metaF64[own + pWords.LONGEST_GAP + place] > metaF64[gaps + place]) {
        metaF64[gaps + place] = metaF64[own + pWords.LONGEST_GAP + place]
        metaF64[gaps + OFF_CPU + place] = metaF64[own + pWords.GAP_OFF_CPU + place]
        metaF64[gaps + V8 + place] = metaF64[own + pWords.GAP_V8 + place]
      }
    const place = meta[memory.pWord(index, pWords.PLACE)]
    meta[memory.pWord(index, pWords.PLACE)] = 0
    const cutMs = stopped - metaF64[own + pWords.PLACE_SINCE]
    if (place !== 0 && cutMs > metaF64[gaps + place]) {
      metaF64[gaps + place] = cutMs
      metaF64[gaps + OFF_CPU + place] = metaF64[gaps + V8 + place] = Number.NaN
    }
  }
  // What was named after such a place, by any P: V8's collector was the cause.
  for (let index = 0; index < layout.procs; index++) {
    const place = meta[memory.pWord(index, pWords.V8_PLACE)]
    metaF64[parts + HOST_GC] += metaF64[parts + place]
    metaF64[parts + place] = 0
  }
}

/** Resets the account. In the setup stop. */
function resetOverrun(memory: Memory): void {
  const { meta, metaF64, layout } = memory
  for (let index = 0; index < layout.procs; index++) {
    const own = memory.pDouble(index, 0)
    metaF64[own + pWords.OVERRUN_OWED] = 0
    metaF64.fill(0, own + pWords.OVERRUN_BY, own + pWords.OVERRUN_BY + pWords.OVERRUN_PARTS)
    metaF64.fill(0, own + pWords.LONGEST_GAP, own + pWords.LONGEST_GAP + GAP_DOUBLES)
    meta[memory.pWord(index, pWords.PLACE)] = meta[memory.pWord(index, pWords.V8_PLACE)] = 0
  }
}
