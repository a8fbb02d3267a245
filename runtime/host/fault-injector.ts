/**
 * Carries out the faults of a run on one P: at a named point, what the fault says, in the passes
 * that it names. Every point counts its passes and strikes in shared memory, so that a run can
 * prove that a fault was met.
 */

import { exchange, step, wait } from '#sync'
import { FIRST_FAULT_PLACE, NO_CLOCKS, PLACES, Place } from '../../gc/record/place.ts'
import type { FaultPoint, FaultPoints } from '../../memory/fault-points.ts'
import { FAULT_POINTS } from '../../memory/fault-points.ts'
import type { MetaWords } from '../../memory/kinds.ts'
import type { Memory } from '../../memory/memory.ts'
import { CYCLES } from '../../memory/words/control.ts'
import * as pWords from '../../memory/words/p.ts'
import { xorshift32 } from '../../memory/xorshift.ts'
import type { Fault, FaultWhen } from '../options/faults.ts'
import { readAt } from '../read-at.ts'
import type { FaultCount } from '../report/record.ts'
import { offCpuMs } from './off-cpu.ts'

const isTerminationPlace = (point: FaultPoint): boolean =>
  (PLACES as readonly FaultPoint[]).includes(point)

const never = new Int32Array(new SharedArrayBuffer(4))

interface PointFaults {
  /** Index of the word that counts passes; the words for strikes and for cycles follow. */
  readonly count: number
  /** Index of the word that holds the last cycle in which a P was struck here. */
  readonly lastCycle: number
  readonly faults: readonly Fault[]
}

export class FaultInjector implements FaultPoints {
  readonly #words: MetaWords
  readonly #place: Place
  readonly #points: ReadonlyMap<FaultPoint, PointFaults>
  #random: number

  constructor(memory: Memory, faults: readonly Fault[], pIndex: number, seed: number) {
    const own = faults.filter(fault => fault.p === null || fault.p === pIndex)
    this.#words = memory.meta
    this.#place = new Place(memory, pIndex, { ...NO_CLOCKS, offCpuMs })
    this.#points = new Map(
      FAULT_POINTS.map(point => [
        point,
        {
          count: countOf(memory, pIndex, point),
          lastCycle: countOf(memory, 0, point) + 3,
          faults: own.filter(fault => fault.point === point),
        },
      ]),
    )
    this.#random = (seed ^ Math.imul(pIndex + 1, 0x85ebca6b)) | 1
  }

  pass(point: FaultPoint): boolean {
    step(point)
    const { count, lastCycle, faults } = this.#points.get(point) as PointFaults
    const pass = this.#count(count)
    let refused = false
    for (const fault of faults) {
      if (!this.#strikes(fault.when, pass)) continue
      this.#count(count + 1)
      const cycle = readAt(this.#words, CYCLES)
      if (exchange(this.#words, lastCycle, cycle) !== cycle) this.#count(count + 2)
      if (this.#carryOut(fault)) refused = true
    }
    return refused
  }

  /** Adds 1 to a word that only this P writes. Returns the sum. */
  #count(word: number): number {
    const sum = readAt(this.#words, word) + 1
    this.#words[word] = sum
    return sum
  }

  #strikes(when: FaultWhen, pass: number): boolean {
    if (when.kind === 'once') return pass === 1
    if (when.kind === 'nth') return pass === when.n
    return when.kind === 'probability' ? this.#next() < when.p : when.kind === 'always'
  }

  #carryOut({ action, point }: Fault): boolean {
    if (action.kind === 'exit') process.exit(1)
    if (action.kind === 'stall') this.#stall(point, action.ms)
    if (action.kind === 'yield') wait(never, 0, 0, 0)
    return action.kind === 'fail'
  }

  /**
   * Outside the termination, the point is the P's place during the stall, so that what others
   * allocate past the goal is named after it. In the termination the P has told its place already,
   * as it does without a fault (gc/record/place.ts).
   */
  #stall(point: FaultPoint, ms: number): void {
    const before = this.#place.current
    const place = FIRST_FAULT_PLACE + FAULT_POINTS.indexOf(point)
    if (!isTerminationPlace(point)) this.#place.be(place)
    wait(never, 0, 0, ms)
    if (this.#place.current === place) this.#place.be(before)
  }

  /** A number between 0 and 1. */
  #next(): number {
    this.#random = xorshift32(this.#random)
    return (this.#random >>> 0) / 2 ** 32
  }
}

/** Passes and strikes of every point, summed over Ps. */
export function faultCountsOf(memory: Memory, faults: readonly Fault[]): FaultCount[] {
  const { meta, layout } = memory
  const sum = (point: FaultPoint, offset: number): number => {
    let all = 0
    for (let index = 0; index < layout.procs; index++)
      all += readAt(meta, countOf(memory, index, point) + offset)
    return all
  }
  return FAULT_POINTS.map(point => ({
    point,
    named: faults.some(fault => fault.point === point),
    passes: sum(point, 0),
    strikes: sum(point, 1),
    cycles: sum(point, 2),
  }))
}

function countOf(memory: Memory, pIndex: number, point: FaultPoint): number {
  return (
    memory.pWord(pIndex, pWords.FAULT_COUNTS) + pWords.FAULT_WORDS * FAULT_POINTS.indexOf(point)
  )
}
