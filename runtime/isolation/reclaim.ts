/**
 * Memory of ended runs.
 *
 * 1. A shared buffer is freed when no thread refers to it any more. A thread finds that out when it
 *    collects its JavaScript heap.
 * 2. V8 counts shared buffers as nothing, so it would not collect for a long time. So each thread
 *    of a run collects after the run, the main thread too, once enough has ended.
 * 3. Modules of ended runs stay, with all that they refer to: Node keeps them for as long as the
 *    thread lives. A thread that holds too much of that is ended.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { mappedBytes } from '../../gc/mapped.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import { readAt } from '../read-at.ts'
import { MiB } from '../report/units.ts'

/**
 * The least that is collected for. It must also be an eighth of the JavaScript heap, since the time
 * of a collection depends on that heap's size.
 */
const LEAST_BYTES = 4 * MiB
const LEAST_SHARE = 1 / 8
/** What every run touches: control words, declarations, rings. */
const OF_EVERY_RUN = MiB / 2
/** How often the flag is set again after another thread has taken it back. */
const ATTEMPTS = 1000
/**
 * What a thread may hold of ended runs: JavaScript heap, and shared memory. V8 may refer to the
 * last run for a moment longer, since it compiles in the background.
 */
const MOST_MODULE_BYTES = MiB
const MOST_SHARED_BYTES = 4 * MiB
const MOST_OF_THE_LAST = 64 * MiB

let collect: (() => void) | null = null
let endedBytes = 0

/** Bytes that a run has touched. To be asked when no P runs any more. */
export function touchedBytes({ meta, layout }: Memory): number {
  return (
    OF_EVERY_RUN +
    mappedBytes(
      readAt(meta, control.PAGES_END),
      readAt(meta, control.STACK_NEXT),
      readAt(meta, control.WORK_POOL_NEXT),
      layout.procs,
    ) +
    readAt(meta, control.GOROUTINE_NEXT) * (4 * gWords.WORDS + 8 * gWords.DOUBLES) +
    readAt(meta, control.WAITER_NEXT) * (4 * gWords.WAITER_WORDS + 8 * gWords.WAITER_DOUBLES) +
    4 * readAt(meta, control.GLOBAL_WORDS)
  )
}

/**
 * Counts a run that has ended and had touched this many bytes. Collects this thread's heap if that
 * is worth its time. Returns whether it did.
 */
export function reclaim(bytes: number): boolean {
  endedBytes += bytes
  if (endedBytes < Math.max(LEAST_BYTES, getHeapStatistics().used_heap_size * LEAST_SHARE))
    return false
  endedBytes = 0
  collect ??= collector()
  collect()
  return true
}

/**
 * V8's own `gc`. The flag that shows it is the process's: other threads set it and take it back,
 * too.
 */
function collector(): () => void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    setFlagsFromString('--expose-gc')
    const found: unknown = runInNewContext("typeof gc === 'function' ? gc : null")
    setFlagsFromString('--no-expose-gc')
    if (typeof found === 'function') return () => void found()
  }
  return () => {}
}

/** What a thread of the pool still holds of the runs that it served. */
export class Remains {
  readonly #runs: { readonly memory: WeakRef<SharedArrayBuffer>; readonly bytes: number }[] = []
  #heapAtFirst = 0
  #wereTooMuch = false

  /**
   * Adds a run that is over: as far as the runtime knows, nothing refers to its memory. Collects if
   * that is worth its time. Returns true if the thread holds too much, and held too much after the
   * collection before. While V8 compiles in the background a thread holds more than it will later,
   * on a busy machine for long.
   */
  add(memory: WeakRef<SharedArrayBuffer>, bytes: number): boolean {
    this.#runs.push({ memory, bytes })
    if (!reclaim(bytes)) return false
    const wereTooMuch = this.#wereTooMuch
    this.#wereTooMuch = this.#areTooMuch(memory, bytes)
    return this.#wereTooMuch && wereTooMuch
  }

  #areTooMuch(last: WeakRef<SharedArrayBuffer>, bytes: number): boolean {
    const held = this.#runs.filter(run => run.memory.deref() !== undefined)
    this.#runs.splice(0, this.#runs.length, ...held)
    const heap = getHeapStatistics().used_heap_size
    this.#heapAtFirst ||= heap
    const all = held.reduce((sum, run) => sum + run.bytes, 0)
    const ofTheLast = held.at(-1)?.memory === last ? bytes : 0
    return (
      heap - this.#heapAtFirst > MOST_MODULE_BYTES ||
      all - ofTheLast > MOST_SHARED_BYTES ||
      all > MOST_OF_THE_LAST
    )
  }
}
