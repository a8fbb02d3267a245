/** The random numbers of one P. The run's seed decides them. */
export class Random {
  private state: number
  private order = new Uint32Array(16)

  constructor(seed: number, pIndex: number) {
    this.state = (seed ^ Math.imul(pIndex + 1, 0x9e3779b9)) | 1
  }

  /** A number from 0 to 2³² − 1: xorshift32. */
  next(): number {
    let random = this.state
    random ^= random << 13
    random ^= random >>> 17
    random ^= random << 5
    this.state = random
    return random >>> 0
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
