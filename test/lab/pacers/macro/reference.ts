// The macro model once more, as plainly as possible. Counts of bytes are BigInts, of 64 bits
// without a sign as in the original, and nothing is fast. It was written only from the recipe, and
// is compared with the engine on inputs for which no table exists. A difference below 0 throws
// `Wraps`.

export interface Input {
  readonly gamma: number
  readonly globals: number
  readonly initialHeap: number
  readonly cycles: readonly {
    readonly alloc: number
    readonly scan: number
    readonly growth: number
    readonly fraction: number
    readonly stack: number
    readonly target: number
  }[]
}

export interface Output {
  readonly r: number
  readonly live: number
  readonly scan: number
  readonly goal: number
  readonly actual_u: number
  readonly trigger: number
  readonly peak: number
}

export class Wraps extends Error {}

/** A float to 64 bits. */
function trunc(value: number): bigint {
  if (!(value >= 0 && value < 2 ** 63)) throw new Wraps(String(value))
  return BigInt(Math.trunc(value))
}

function minus(one: bigint, other: bigint): bigint {
  if (other > one) throw new Wraps(`${one} - ${other}`)
  return one - other
}

const N = Number

/** What survives, the same for both pacers. */
class Survivors {
  live = 0n
  scan = 0n
  black = 0n
  blackScan = 0n
  isFirst = true

  work(input: Input, growth: number, stack: number): bigint {
    const heap = this.isFirst ? BigInt(input.initialHeap) : trunc(N(this.scan) * growth)
    return heap + BigInt(stack) + BigInt(input.globals)
  }

  end(input: Input, trigger: bigint, peak: bigint, growth: number, fraction: number): void {
    const black = minus(peak, trigger)
    const blackScan = trunc(N(black) * fraction)
    if (this.isFirst) {
      this.live = BigInt(input.initialHeap) + black
      this.scan = trunc(N(this.live) * fraction)
    } else {
      this.live = trunc(N(minus(this.live, this.black)) * growth) + black
      this.scan = trunc(N(minus(this.scan, this.blackScan)) * growth) + blackScan
    }
    this.black = black
    this.blackScan = blackScan
    this.isFirst = false
  }
}

export function newPacer(
  input: Input,
  controller: {
    gain: number
    integralTime: number
    resetTime: number
    period: number
    min: number
    max: number
  },
): Output[] {
  const heap = new Survivors()
  let R = 0
  let I = 0
  return input.cycles.map(cycle => {
    const roots = BigInt(cycle.stack) + BigInt(input.globals)
    let goal = trunc(N(heap.live + roots) * input.gamma)
    if (cycle.target > 0 && goal < BigInt(cycle.target)) goal = BigInt(cycle.target)
    if (goal < 2097152n) goal = 2097152n
    const expected = heap.scan + roots
    let trigger: bigint
    if (heap.isFirst) trigger = (7n * goal) / 8n
    else {
      const back = trunc(R * N(expected)) + heap.live
      trigger = heap.live + (back < goal ? goal - back : 0n)
      const floor = heap.live + trunc(N(minus(goal, heap.live)) * 0.6)
      if (trigger < floor) trigger = floor
    }
    const slope = N(minus(goal, trigger)) / N(expected)
    let a = (cycle.alloc * 0.75) / (cycle.scan * 0.25)
    let u = 0.25
    if (a > slope) {
      a = slope
      const x = cycle.alloc / (slope * cycle.scan)
      u = x / (1 + x)
    }
    const work = heap.work(input, cycle.growth, cycle.stack)
    const peak = trigger + trunc(a * N(work))
    const black = peak - trigger
    heap.end(input, trigger, peak, cycle.growth, cycle.fraction)
    const row = {
      r: R,
      live: N(heap.live),
      scan: N(heap.scan),
      goal: N(goal),
      actual_u: u,
      trigger: N(trigger),
      peak: N(peak),
    }
    const m = ((N(black) / N(work)) * (0.75 / (1 - u))) / (0.25 / u)
    const error = m - R
    const raw = controller.gain * error + I
    const out = Math.min(Math.max(raw, controller.min), controller.max)
    if (controller.integralTime !== 0 && controller.resetTime !== 0)
      I +=
        ((controller.gain * controller.period) / controller.integralTime) * error +
        (controller.period / controller.resetTime) * (out - raw)
    R = Math.min(Math.max(R + out, 0.05), input.gamma - 0.05)
    return row
  })
}

export function oldPacer(input: Input): Output[] {
  const heap = new Survivors()
  let q = 7 / 8
  let h = 7 / 8
  return input.cycles.map(cycle => {
    const { gamma } = input
    const L = heap.live
    const wasFirst = heap.isFirst
    let goal = trunc(N(L) * gamma)
    if (cycle.target > 0 && goal < BigInt(cycle.target)) goal = BigInt(cycle.target)
    if (goal < 4194304n) goal = 4194304n
    const D = trunc(N(goal) / (1 + h))
    let trigger: bigint
    let M: bigint
    if (wasFirst) {
      trigger = goal
      goal = trunc(N(D) * gamma)
      M = D + trunc(N(minus(trigger, D)) * cycle.fraction)
    } else {
      trigger = trunc(N(L) * (1 + h))
      M = heap.scan + trunc(N(minus(trigger, L)) * cycle.fraction)
    }
    const E = trunc(N(M) / gamma)
    const r = N(minus(goal, trigger)) / N(E)
    const util = (s: number): number => Math.max(0.25, cycle.alloc / (cycle.alloc + cycle.scan * s))
    const u1 = util(r)
    const rho = (cycle.alloc * (1 - u1)) / (cycle.scan * u1)
    const hard = trunc(1.1 * N(goal))
    const W = heap.work(input, cycle.growth, cycle.stack)
    let peak = trigger + trunc(rho * N(E < W ? E : W))
    let u = u1
    if (peak > goal) throw new Wraps('the goal is passed in the soft part')
    if (E < W) {
      const left = W - E
      const u2 = util(N(minus(hard, peak)) / N(minus(M, E)))
      u = (u1 * N(E) + u2 * N(left)) / N(W)
      peak += trunc(((cycle.alloc * (1 - u2)) / (cycle.scan * u2)) * N(left))
    }
    heap.end(input, trigger, peak, cycle.growth, cycle.fraction)
    const base = N(wasFirst ? D : L)
    const X = (N(goal) - base) / base
    const Y = N(peak) / base - 1
    q = q + 0.5 * (X - q - (u / 0.3) * (Y - q))
    let next = trunc(N(L) * gamma)
    let byGamma = true
    if (cycle.target > 0 && next < BigInt(cycle.target))
      [next, byGamma] = [BigInt(cycle.target), false]
    if (next < 4194304n) [next, byGamma] = [4194304n, false]
    const most = byGamma ? 0.95 * (gamma - 1) : 0.95 * (N(next) / N(heap.live) - 1)
    h = q < 0.6 * (gamma - 1) ? 0.6 * (gamma - 1) : q > most ? most : q
    return {
      r,
      live: N(heap.live),
      scan: N(heap.scan),
      goal: N(goal),
      actual_u: u,
      trigger: N(trigger),
      peak: N(peak),
    }
  })
}
