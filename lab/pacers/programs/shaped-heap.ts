// Shapes the real heap to a scenario, cycle by cycle.
//
// 1. One goroutine on each P (or on some) allocates, and keeps as much as must live.
// 2. While a cycle marks, each allocates at the scenario's rate. Between cycles it allocates as
//    fast as it can, since there a pacer sees bytes and no time.
// 3. The main goroutine's stack has as many bytes as the scenario says.
//
// The shape is in shape.json beside this file (real/engine.ts puts both there).
import { openSync, readFileSync, readSync } from 'node:fs'
import {
  array,
  assistMs,
  bool,
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
  type Ref,
  ref,
  self,
  setGCPercent,
  setLocal,
  sleep,
  struct,
  task,
} from 'sawtooth'
import type { Shape, Told } from '../real/shape.ts'

// Module code runs on every P, and gets no arguments.
const shape = JSON.parse(readFileSync(new URL('./shape.json', import.meta.url), 'utf8')) as Shape

const { allocators } = shape

const CELL_BYTES = 32
const CHUNK_CELLS = 512
const CHUNK_BYTES = CELL_BYTES * CHUNK_CELLS
const WORD_BYTES = 4
/** The live heap is made anew if the share of pointers changes by more than this. */
const REBUILT = 0.1
/** How long a goroutine goes on before it yields. */
const SLICE_MS = 0.5

// 32 bytes with the header. Each word is a reference.
const Bytes = array(i32)
const Cell = struct('Cell', {
  next: self,
  chunk: self,
  bytes: ref(Bytes),
  a: self,
  b: self,
  c: self,
  d: self,
})
type Cell = Ref<typeof Cell>
const Done = chan(i32)

/** Set by each goroutine once it runs. */
const hasStarted = Array.from({ length: allocators }, () => global(bool))

/** Set by each goroutine at its end: the share of its time in which its thread was off the CPU. */
const offCpu = Array.from({ length: allocators }, () => global(f64))

// All of them are nil: they are only there to be scanned.
global(ref(Cell), Math.max(1, Math.floor(shape.globalsBytes / WORD_BYTES)))

/**
 * Linux's account of this thread, or null. Its second number says for how many ns the thread was
 * ready and had no CPU.
 */
const account = openAccount()
const text = new Uint8Array(64)

function openAccount(): number | null {
  try {
    return openSync('/proc/thread-self/schedstat', 'r')
  } catch {
    return null
  }
}

function offCpuMs(): number {
  if (account === null) return 0
  const length = readSync(account, text, 0, text.length, 0)
  let [number, ns] = [0, 0]
  for (let at = 0; at < length && number < 2; at++) {
    const digit = (text[at] as number) - 0x30
    if (digit < 0) number++
    else if (number === 1) ns = ns * 10 + digit
  }
  return ns / 1e6
}

/**
 * A clock that stands still while this P's thread is off the CPU. It is valid between two yields,
 * while the goroutine does not assist.
 */
function cpuMs(): number {
  return performance.now() - offCpuMs()
}

/** A chunk of the heap, on top of `below`: cells, and one object without pointers for the rest. */
function chunkOn(below: Cell, fraction: number): Cell {
  const scope = enter()
  const cells = Math.max(1, Math.round(fraction * CHUNK_CELLS))
  const under = local(below)
  const words = (CHUNK_CELLS - cells) * (CELL_BYTES / WORD_BYTES)
  const list = local<typeof Cell>(nil)
  for (let cell = 1; cell < cells; cell++) setLocal(list, Cell.new(getLocal(list)))
  const bytes = words > 0 ? Bytes.new(words) : nil
  const head = Cell.new(getLocal(list), getLocal(under), bytes)
  return leave(scope, head)
}

const at = (values: readonly number[], cycle: number): number =>
  values[Math.min(cycle, shape.cycles - 1)] as number

const allocator = task('allocator', [i32, ref(Done)], function* (index, done) {
  // A goroutine stays on the P that starts it. As long as this one does not yield, its P starts no
  // other.
  hasStarted[index]?.set(true)
  while (!hasStarted.every(one => one.get())) poll()
  const top = local<typeof Cell>(nil)
  let chunks = 0
  let yielded = performance.now()
  // By how much the program was behind its pace after the chunk before.
  let lateMs = 0
  let builtFraction = 1
  let percent = at(shape.gogc, 0)
  const [beganMs, beganOffMs] = [performance.now(), offCpuMs()]
  for (let cycle = numGC(); cycle < shape.cycles; cycle = numGC()) {
    // One of the goroutines does this, since main looks only once in a ms, and a cycle may be
    // shorter.
    if (index === 0 && at(shape.gogc, cycle) !== percent) {
      percent = at(shape.gogc, cycle)
      setGCPercent(percent)
    }
    const fraction = at(shape.fractions, cycle)
    if (Math.abs(fraction - builtFraction) > REBUILT) {
      setLocal(top, nil)
      chunks = 0
      builtFraction = fraction
    }
    const wanted = Math.round(at(shape.live, cycle) / allocators / CHUNK_BYTES)
    while (chunks > wanted) {
      setLocal(top, Cell.chunk.get(getLocal(top)))
      chunks--
    }
    const [began, assistedBefore] = [cpuMs(), assistMs()]
    const wall = performance.now()
    const isKept = chunks < wanted
    const chunk = chunkOn(isKept ? getLocal(top) : nil, fraction)
    if (isKept) {
      setLocal(top, chunk)
      chunks++
    }
    if (isMarking()) {
      const paceMs = CHUNK_BYTES / at(shape.rates, cycle)
      // Time off the CPU in an assist is already in the assist's time.
      const assisted = assistMs() - assistedBefore
      const made = cpuMs()
      const ownMs = assisted > 0 ? performance.now() - wall - assisted : made - began
      const end = made + paceMs - lateMs - ownMs
      while (cpuMs() < end && isMarking()) poll()
      lateMs = Math.min(cpuMs() - end, paceMs)
    } else lateMs = 0
    if (performance.now() - yielded < SLICE_MS) continue
    yield
    yielded = performance.now()
  }
  offCpu[index]?.set((offCpuMs() - beganOffMs) / (performance.now() - beganMs))
  yield* Done.send(done, 1)
})

export default function* main() {
  const done = keep(Done.new())
  for (let index = 0; index < allocators; index++) go(allocator, index, done)
  const scope = enter()
  let words = 0
  for (let cycle = numGC(); cycle < shape.cycles; cycle = numGC()) {
    const wanted = Math.floor(at(shape.stacks, cycle) / WORD_BYTES)
    if (wanted < words) {
      leave(scope)
      words = 0
    }
    for (; words < wanted; words++) keep(nil)
    yield* sleep(1)
  }
  leave(scope)
  for (let index = 0; index < allocators; index++) yield* Done.recv(done)
  const told: Told = {
    offCpu: account === null ? null : offCpu.reduce((sum, one) => sum + one.get(), 0) / allocators,
  }
  console.log(JSON.stringify(told))
}
