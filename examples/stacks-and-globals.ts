// Roots: tasks that wait with much on their shadow stacks, and a large global. A collection must
// find all of it.
//   -- [--tasks N] [--kept N]
import { parseArgs } from 'node:util'
import {
  bool,
  chan,
  f64,
  gc,
  global,
  go,
  i32,
  keep,
  nil,
  type Ref,
  ref,
  struct,
  task,
  waitGroup,
} from 'sawtooth'

const Cell = struct('Cell', { value: i32 })
const table = global(ref(Cell), 100_000)
const Gate = chan(bool)
const Sums = chan(f64)

const keeper = task(
  'keeper',
  [i32, ref(waitGroup), ref(Gate), ref(Sums)],
  function* (count, filling, gate, sums) {
    const kept: Ref<typeof Cell>[] = []
    for (let i = 1; i <= count; i++) kept.push(keep(Cell.new(i)))
    waitGroup.done(filling)
    yield* Gate.recv(gate)
    yield* Sums.send(sums, sumOf(kept))
  },
)

function sumOf(cells: Ref<typeof Cell>[]): number {
  return cells.reduce((sum, cell) => sum + (cell === nil ? 0 : Cell.value.get(cell)), 0)
}

export default function* main(...args: string[]) {
  const text = { type: 'string' } as const
  const options = { small: { type: 'boolean' }, tasks: text, kept: text } as const
  const {
    small,
    tasks = small ? 8 : 500,
    kept = small ? 100 : 1000,
  } = parseArgs({ args, options }).values

  const filling = keep(waitGroup.new(Number(tasks)))
  const gate = keep(Gate.new())
  const sums = keep(Sums.new())
  for (let i = 0; i < Number(tasks); i++) go(keeper, Number(kept), filling, gate, sums)
  for (let i = 0; i < table.length; i += small ? 200 : 1) table.set(i, Cell.new(i))
  yield* waitGroup.wait(filling)

  const start = performance.now()
  gc()
  console.error(`collected in ${(performance.now() - start).toFixed(1)} ms`)
  // In the place of what was freed.
  for (let i = 0; i < (small ? 100 : 1_000_000); i++) Cell.new(-1)

  Gate.close(gate)
  let sum = 0
  for (let i = 0; i < Number(tasks); i++) sum += yield* Sums.recv(sums)
  console.log(`on the stacks of ${tasks} tasks: sum ${sum}`)
  console.log(
    `in the global: sum ${sumOf(Array.from({ length: table.length }, (_, i) => table.get(i)))}`,
  )
}
