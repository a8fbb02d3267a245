// One task computes without a safepoint, so nobody can stop it. The tasks that allocate need a
// collection, and wait for it. See the pauses with --gctrace, on two Ps or more, and then with `--
// --poll`.
//   -- [--steps N] [--poll]
import { parseArgs } from 'node:util'
import {
  bool,
  chan,
  f64,
  go,
  i32,
  keep,
  nil,
  poll,
  readMemStats,
  ref,
  self,
  struct,
  task,
} from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })
const Results = chan(f64)

const calculator = task('calculator', [f64, bool, ref(Results)], function* (steps, polls, results) {
  let x = 1
  for (let step = 1; step <= steps; step++) {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    if (polls && step % 65_536 === 0) poll()
  }
  yield* Results.send(results, x)
})

const allocator = task('allocator', [f64, ref(Results)], function* (cells, results) {
  for (let made = 0; made < cells; made += 100) {
    for (let i = 0; i < 100; i++) Cell.new(nil, i)
    yield
  }
  yield* Results.send(results, 0)
})

export default function* main(...args: string[]) {
  const options = {
    small: { type: 'boolean' },
    steps: { type: 'string' },
    poll: { type: 'boolean' },
  } as const
  const {
    small,
    steps = small ? 100_000 : 300_000_000,
    poll: polls = false,
  } = parseArgs({ args, options }).values
  const allocators = 4

  const results = keep(Results.new())
  go(calculator, Number(steps), polls, results)
  for (let i = 0; i < allocators; i++) go(allocator, small ? 400 : 1_000_000, results)
  let calculated = 0
  for (let i = 0; i < 1 + allocators; i++) calculated += yield* Results.recv(results)

  console.log(`${steps} steps lead to ${calculated}`)
  console.error(`longest pause ${(Math.max(...readMemStats().PauseNs) / 1e6).toFixed(1)} ms`)
}
