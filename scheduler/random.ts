import { xorshift32 } from '../memory/xorshift.ts'

/** The random numbers of one P. They follow from the run's seed. */
export class Random {
  private state: number
  private order = new Uint32Array(16)

  constructor(seed: number, pIndex: number) {
    this.state = (seed ^ Math.imul(pIndex + 1, 0x9e3779b9)) | 1
  }

  /** A number from 1 to 2³² − 1. */
  next(): number {
    this.state = xorshift32(this.state)
    return this.state >>> 0
  }

  /**
   * The numbers from 0 to `count` − 1 in random order, each order as likely as any other (Fisher
   * and Yates). The answer is good until the next call.
   */
  orderOf(count: number): Uint32Array {
    if (this.order.length < count) this.order = new Uint32Array(count)
    const { order } = this
    for (let at = 0; at < count; at++) {
      const other = this.next() % (at + 1)
      order[at] = order[other]
      order[other] = at
    }
    return order
  }
}
