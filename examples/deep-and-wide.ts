// A list of a million cells, then a star: one array of references to a million cells. In the list
// there is never more than one cell to mark next, so a second marker finds nothing to do. The star
// can be marked by as many markers as there are.
//   -- [CELLS]
import { parseArgs } from 'node:util'
import { array, enter, gc, i32, keep, leave, nil, type Ref, ref, self, struct } from 'sawtooth'

const Cell = struct('Cell', { next: self, value: i32 })
const Cells = array(ref(Cell))

function listOf(length: number): Ref<typeof Cell> {
  let list: Ref<typeof Cell> = nil
  for (let i = length; i > 0; i--) list = Cell.new(list, i) // `new` protects its arguments.
  return list
}

function sumOfList(list: Ref<typeof Cell>): number {
  let sum = 0
  for (let cell = list; cell !== nil; cell = Cell.next.get(cell)) sum += Cell.value.get(cell)
  return sum
}

function starOf(points: number): Ref<typeof Cells> {
  const s = enter()
  const star = keep(Cells.new(points))
  for (let i = 0; i < points; i++) Cells.set(star, i, Cell.new(nil, i + 1))
  return leave(s, star)
}

function sumOfStar(star: Ref<typeof Cells>): number {
  let sum = 0
  for (let i = 0; i < Cells.length(star); i++) sum += Cell.value.get(Cells.get(star, i))
  return sum
}

/** Collects while only the shape lives, and adds it up. */
function survey<Shape>(
  name: string,
  shape: Ref<Shape>,
  sumOf: (shape: Ref<Shape>) => number,
): void {
  const s = enter()
  keep(shape)
  const start = performance.now()
  gc()
  console.error(`${name}: collected in ${(performance.now() - start).toFixed(1)} ms`)
  console.log(`${name}: sum ${sumOf(shape)}`)
  leave(s)
}

export default function* main(...args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { small: { type: 'boolean' } },
  })
  const cells = Number(positionals[0] ?? (values.small ? 500 : 1_000_000))
  survey('list', listOf(cells), sumOfList)
  survey('star', starOf(cells), sumOfStar)
}
