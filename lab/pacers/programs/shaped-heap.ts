// Shapes the real heap to a scenario, cycle by cycle: one goroutine on each P allocates, and keeps as much as shall live; main's stack has as many bytes as the scenario
// says. While a cycle marks, they allocate so much for each byte that a marker scans in the same time of a CPU; between cycles as fast as they can, since there
// a pacer sees bytes and no time.
//   -- SCAN_RATE      bytes that a marker scans in a millisecond; the shape is in shape.json beside this file (real/engine.ts puts both there)
import { readFileSync } from 'node:fs'
import {
  array,
  chan,
  enter,
  f64,
  getLocal,
  global,
  go,
  i32,
  isMarking,
  keep,
  leave,
  local,
  nil,
  numGC,
  poll,
  procs,
  type Ref,
  ref,
  self,
  setGCPercent,
  setLocal,
  sleep,
  struct,
  task,
} from 'sawtooth'
import type { Shape } from '../real/shape.ts'

// Module code runs on every P, and knows no arguments.
const shape = JSON.parse(readFileSync(new URL('./shape.json', import.meta.url), 'utf8')) as Shape

const CELL_BYTES = 64
const CHUNK_CELLS = 256
const CHUNK_BYTES = CELL_BYTES * CHUNK_CELLS
const WORD_BYTES = 4
/** Its time is that of a chunk which nobody assisted for. */
const CALIBRATED_CHUNKS = 200

// 64 bytes with the header, each word a reference.
const Bytes = array(i32)
const Cell = struct('Cell', {
  ...{ next: self, chunk: self, bytes: ref(Bytes), a: self, b: self, c: self, d: self },
  ...{ e: self, f: self, g: self, h: self, i: self, j: self, k: self, l: self },
})
type Cell = Ref<typeof Cell>
const Done = chan(i32)

// All of them nil: they are there to be scanned.
global(ref(Cell), Math.max(1, Math.floor(shape.globalsBytes / WORD_BYTES)))
const scanRate = global(f64)

/** A chunk of the heap, on top of `below`: cells, and one object without pointers for the rest. */
function chunkOn(below: Cell, fraction: number): Cell {
  const scope = enter()
  const cells = Math.max(1, Math.round(fraction * CHUNK_CELLS))
  const under = local(below)
  const words = (CHUNK_CELLS - cells) * (CELL_BYTES / WORD_BYTES)
  const list = local<typeof Cell>(nil)
  for (let cell = 1; cell < cells; cell++)
    setLocal(list, Cell.new(getLocal(list), nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil))
  const bytes = words > 0 ? Bytes.new(words) : nil
  // biome-ignore format: one line, as above
  const head = Cell.new(getLocal(list), getLocal(under), bytes, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil)
  return leave(scope, head)
}

const at = (values: readonly number[], cycle: number): number => values[Math.min(cycle, shape.cycles - 1)] as number

const allocator = task('allocator', [ref(Done)], function* (done) {
  const top = local<typeof Cell>(nil)
  let chunks = 0
  let unassistedMs = Number.POSITIVE_INFINITY
  for (let made = 0, cycle = numGC(); cycle < shape.cycles; cycle = numGC()) {
    const wanted = Math.round(at(shape.live, cycle) / procs() / CHUNK_BYTES)
    while (chunks > wanted) {
      setLocal(top, Cell.chunk.get(getLocal(top)))
      chunks--
    }
    const began = performance.now()
    const isKept = chunks < wanted
    const chunk = chunkOn(isKept ? getLocal(top) : nil, at(shape.fractions, cycle))
    if (isKept) {
      setLocal(top, chunk)
      chunks++
    }
    if (made++ < CALIBRATED_CHUNKS) unassistedMs = Math.min(unassistedMs, performance.now() - began)
    if (isMarking()) waitFor(CHUNK_BYTES / (at(shape.ratios, cycle) * scanRate.get()) - unassistedMs)
    yield
  }
  yield* Done.send(done, 1)
})

/** What the program does beside allocating. */
function waitFor(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end) poll()
}

export default function* main(rate: string) {
  scanRate.set(Number(rate))
  const done = keep(Done.new())
  for (let index = 0; index < procs(); index++) go(allocator, done)
  const scope = enter()
  let words = 0
  let percent = at(shape.gogc, 0)
  for (let cycle = numGC(); cycle < shape.cycles; cycle = numGC()) {
    if (at(shape.gogc, cycle) !== percent) {
      percent = at(shape.gogc, cycle)
      setGCPercent(percent)
    }
    const wanted = Math.floor(at(shape.stacks, cycle) / WORD_BYTES)
    if (wanted < words) {
      leave(scope)
      words = 0
    }
    for (; words < wanted; words++) keep(nil)
    yield* sleep(1)
  }
  leave(scope)
  for (let index = 0; index < procs(); index++) yield* Done.recv(done)
  console.log(`${numGC()} cycles`)
}
