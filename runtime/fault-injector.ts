/** Carries out the faults of a run on one P: at a named point, what the fault says, on the passes that it names. */
import { wait } from '#sync'
import type { Fault, FaultWhen } from './faults.ts'

const never = new Int32Array(new SharedArrayBuffer(4))

export class FaultInjector {
  readonly #faults: readonly Fault[]
  #random: number

  constructor(faults: readonly Fault[], pIndex: number, seed: number) {
    this.#faults = faults.filter(({ p }) => p === null || p === pIndex)
    this.#random = (seed ^ Math.imul(pIndex + 1, 0x85ebca6b)) | 1
  }

  /** What is to be called at each pass through a point; null if no fault strikes there. It answers true if the request is to be refused. */
  at(point: string): (() => boolean) | null {
    const faults = this.#faults.filter(fault => fault.point === point)
    if (faults.length === 0) return null
    const passes = faults.map(() => 0)
    return () => {
      let refused = false
      faults.forEach((fault, index) => {
        passes[index]++
        if (this.#strikes(fault.when, passes[index]) && this.#carryOut(fault)) refused = true
      })
      return refused
    }
  }

  #strikes(when: FaultWhen, pass: number): boolean {
    if (when.kind === 'once') return pass === 1
    if (when.kind === 'nth') return pass === when.n
    return when.kind === 'probability' ? this.#next() < when.p : when.kind === 'always'
  }

  #carryOut({ action }: Fault): boolean {
    if (action.kind === 'exit') process.exit(1)
    if (action.kind === 'stall') wait(never, 0, 0, action.ms)
    if (action.kind === 'yield') wait(never, 0, 0, 0)
    return action.kind === 'fail'
  }

  /** From 0 to 1: xorshift32. */
  #next(): number {
    let random = this.#random
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    this.#random = random
    return (random >>> 0) / 2 ** 32
  }
}
