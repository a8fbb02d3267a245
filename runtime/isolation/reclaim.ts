/**
 * Memory of ended runs. A shared buffer is freed when no thread refers to it any more, and a thread finds that out when it collects its JavaScript heap. V8 counts shared buffers as nothing,
 * so it would not do that for a long time. Hence each thread of a run collects after the run, the main thread too, as soon as it is worth it.
 *
 * Modules of ended runs stay: Node keeps them for as long as the thread lives, and whatever they refer to. A thread that holds too much of that is ended.
 */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { mappedBytes } from '../../gc/mapped.ts'
import type { Memory } from '../../memory/memory.ts'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'

const MiB = 2 ** 20
/** Less than this is not collected for; nor is less than an eighth of the JavaScript heap, on whose size a collection's time depends. */
const LEAST_BYTES = 4 * MiB
const LEAST_SHARE = 1 / 8
/** What every run touches: control words, declarations, rings. */
const OF_EVERY_RUN = MiB / 2
/** How often the flag is set again that another thread has taken back. */
const ATTEMPTS = 1000
/** What a thread may hold of ended runs: JavaScript heap, and shared memory. Of the last run V8 may still know for a moment, since it compiles in the background. */
const MOST_MODULE_BYTES = MiB
const MOST_SHARED_BYTES = 4 * MiB
const MOST_OF_THE_LAST = 64 * MiB

let collect: (() => void) | null = null
let endedBytes = 0

/** Bytes that a run has touched. When no P runs any more. */
export function touchedBytes({ meta, layout }: Memory): number {
  return (
    OF_EVERY_RUN +
    mappedBytes(
      meta[control.PAGES_END],
      meta[control.STACK_NEXT],
      meta[control.WORK_POOL_NEXT],
      layout.procs,
    ) +
    meta[control.GOROUTINE_NEXT] * (4 * gWords.WORDS + 8 * gWords.DOUBLES) +
    meta[control.WAITER_NEXT] * (4 * gWords.WAITER_WORDS + 8 * gWords.WAITER_DOUBLES) +
    4 * meta[control.GLOBAL_WORDS]
  )
}

/** A run has ended that touched so many bytes. Collects this thread's heap if that is worth it. Returns whether it did. */
export function reclaim(bytes: number): boolean {
  endedBytes += bytes
  if (endedBytes < Math.max(LEAST_BYTES, getHeapStatistics().used_heap_size * LEAST_SHARE))
    return false
  endedBytes = 0
  collect ??= collector()
  collect()
  return true
}

/** V8's own `gc`. The flag that shows it is the process's: other threads set it and take it back as well. */
function collector(): () => void {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    setFlagsFromString('--expose-gc')
    const found: unknown = runInNewContext("typeof gc === 'function' ? gc : null")
    setFlagsFromString('--no-expose-gc')
    if (typeof found === 'function') return () => void found()
  }
  return () => {}
}

/** What a pool's thread still holds of the runs that it served. */
export class Remains {
  readonly #runs: { readonly memory: WeakRef<SharedArrayBuffer>; readonly bytes: number }[] = []
  #heapAtFirst = 0
  #wereTooMuch = false

  /**
   * A run is over, and its memory is referred to no more, as far as the runtime knows. Collects if that
   * is worth it. Returns whether the thread holds too much, and held too much after the collection
   * before: while V8 compiles in the background it holds more than it will, on a busy machine for long.
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
