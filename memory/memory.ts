/**
 * One run's shared memory: the two buffers, and the views through which everything reads and writes
 * them. Each thread makes its own `Memory` of the same buffers.
 *
 * All views have an explicit length. An access is plain unless it is made through `#sync`. What
 * makes a plain access legal is said where the word is declared (memory/words/).
 */

import { type FaultPoints, NO_FAULTS } from './fault-points.ts'
import type {
  Bytes,
  GoroutineId,
  HeapBytes,
  HeapDoubles,
  HeapUnsignedWords,
  HeapWords,
  Marks,
  MetaBytes,
  MetaDouble,
  MetaDoubles,
  MetaWord,
  MetaWords,
} from './kinds.ts'
import { type Layout, type LayoutSizes, layOut } from './layout.ts'
import * as control from './words/control.ts'
import * as gWords from './words/goroutine.ts'
import * as pWords from './words/p.ts'

/** The buffers of a run and its layout: what each thread is sent. */
export interface MemoryHandle {
  readonly heap: SharedArrayBuffer
  readonly meta: SharedArrayBuffer
  readonly layout: Layout
}

export class Memory {
  readonly layout: Layout
  /** The heap buffer as 32-bit words, unsigned words, doubles and bytes. */
  readonly heap: HeapWords
  readonly heapU32: HeapUnsignedWords
  readonly heapF64: HeapDoubles
  readonly heapU8: HeapBytes
  /** The meta buffer as words, doubles and bytes. */
  readonly meta: MetaWords
  readonly metaF64: MetaDoubles
  readonly metaU8: MetaBytes
  /** A mark byte for each granule of the heap buffer. */
  readonly marks: Marks
  readonly handle: MemoryHandle
  /** What this thread does to itself at fault points (`--fault`). */
  readonly faults: FaultPoints

  constructor(handle: MemoryHandle, faults = NO_FAULTS) {
    const { heap, meta, layout } = handle
    this.handle = handle
    this.faults = faults
    this.layout = layout
    this.heap = new Int32Array(heap, 0, layout.heapBytes >>> 2)
    this.heapU32 = new Uint32Array(heap, 0, layout.heapBytes >>> 2)
    this.heapF64 = new Float64Array(heap, 0, layout.heapBytes >>> 3)
    this.heapU8 = new Uint8Array(heap, 0, layout.heapBytes)
    this.meta = new Int32Array(meta, 0, layout.metaBytes >>> 2)
    this.metaF64 = new Float64Array(meta, 0, layout.metaBytes >>> 3)
    this.metaU8 = new Uint8Array(meta, 0, layout.metaBytes)
    this.marks = new Uint8Array(meta, layout.marks, layout.heapBytes >>> 4)
  }

  /**
   * Reserves fresh memory, which is all zeros. Allocation relies on the zeros, in pages that no
   * span has used (PAGES_END).
   */
  static reserve(sizes: LayoutSizes): Memory {
    const { layout } = layOut(sizes)
    return new Memory({ heap: reserve(layout.heapBytes), meta: reserve(layout.metaBytes), layout })
  }

  /** Index of a word of P `index`. */
  pWord(index: number, word: number): MetaWord {
    return this.layout.ps + index * pWords.WORDS + word
  }

  /** Index of a shared double. */
  controlDouble(name: number): MetaDouble {
    return this.layout.measures + name
  }

  /** Index of a double of P `index`. */
  pDouble(index: number, name: number): MetaDouble {
    return this.layout.pMeasures + index * pWords.DOUBLES + name
  }

  /** Index of a word of a goroutine. */
  goroutineWord(id: GoroutineId, word: number): MetaWord {
    return this.layout.goroutines + id * gWords.WORDS + word
  }

  /** Index of a double of a goroutine. */
  goroutineDouble(id: GoroutineId, name: number): MetaDouble {
    return this.layout.goroutineDoubles + id * gWords.DOUBLES + name
  }

  /** Reads a shared double plainly. */
  get(name: number): number {
    return this.metaF64[this.controlDouble(name)]
  }

  /** Writes a shared double plainly. */
  set(name: number, value: number): void {
    this.metaF64[this.controlDouble(name)] = value
  }

  /** Adds up a double of all Ps. Plain: exact in a stopped world, else a hint. */
  sumOfPs(name: number): number {
    let sum = 0
    for (let index = 0; index < this.layout.procs; index++)
      sum += this.metaF64[this.pDouble(index, name)]
    return sum
  }

  /** The phase of the cycle. Plain: it changes only in stops. */
  get phase(): number {
    return this.meta[control.PHASE]
  }
}

/**
 * Makes a growable buffer of its full size. It begins at a page boundary, and pages that are not
 * touched cost nothing.
 */
function reserve(bytes: Bytes): SharedArrayBuffer {
  const growable = SharedArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => SharedArrayBuffer
  return new growable(bytes, { maxByteLength: bytes })
}
