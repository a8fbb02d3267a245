// What keep.ts and store.ts share: a tree, and rounds of work on one P with the write barrier off,
// between two cycles, or on, while one marks. Whether it is on is read in the runtime's own memory:
// BENCH_CONTROL and BENCH_CURRENT name the modules for that (test/bench/steps.js).
import { enter, keep, leave, nil, type Ref, self, struct } from 'sawtooth'

const { WRITE_BARRIER } = await import(process.env.BENCH_CONTROL as string)
const current = await import(process.env.BENCH_CURRENT as string)
/** Builds before decision 0018 call the view `words`. */
const metaNow = (): Int32Array => current.meta ?? current.words

export const Node = struct('Node', { left: self, right: self })

export function tree(depth: number): Ref<typeof Node> {
  if (depth === 0) return Node.new(nil, nil)
  const scope = enter()
  const left = keep(tree(depth - 1))
  return leave(scope, Node.new(left, tree(depth - 1)))
}

/** Rounds in which the code is compiled. They come before those that are printed. */
const COLD_ROUNDS = 3

/**
 * Does `work`, which reaches no safepoint, in rounds, and prints its ns per operation, a line for
 * each round.
 *
 * @param state - `on` or `off`: the barrier while the work is done
 * @param operations - how many the work has
 */
export function timeRounds(
  state: string,
  rounds: number,
  operations: number,
  work: () => void,
): void {
  for (let round = -COLD_ROUNDS; round < rounds; round++) {
    // So each round has a cycle of its own, or its own pause between two cycles.
    allocateUntil(state !== 'on')
    allocateUntil(state === 'on')
    const began = performance.now()
    work()
    if (round >= 0) console.log(((performance.now() - began) * 1e6) / operations)
  }
}

function allocateUntil(barrierIsOn: boolean): void {
  while ((metaNow()[WRITE_BARRIER] !== 0) !== barrierIsOn) Node.new(nil, nil)
}
