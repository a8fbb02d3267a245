/**
 * Where runnable goroutines wait.
 *
 *   ring     per P, 256 goroutines that have not run: a P that has nothing to do may steal them
 *   ready    per P, goroutines that have run there: any thread pushes those that it wakes, and the
 *            P takes all at once, oldest first; the P keeps those that were woken apart from those
 *            that gave way
 *   global   what does not fit into a ring
 *
 * A generator cannot move between threads, so a goroutine is pinned to the P on which it first ran.
 *
 * The ready list is a stack of pushes (CAS on its head) that its owner empties by one exchange and
 * turns round. With a single taker that takes everything, no head can come back (no ABA).
 */

import { compareAndSwap, exchange, load, store } from '#sync'
import type { GoroutineId, MetaWord } from '../memory/kinds.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as gWords from '../memory/words/goroutine.ts'
import * as pWords from '../memory/words/p.ts'

export class Ring {
  private readonly memory: Memory
  private readonly base: MetaWord

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.base = memory.pWord(pIndex, 0)
  }

  /** False if it is full. */
  put(id: GoroutineId): boolean {
    const { meta } = this.memory
    const base = this.base
    lock(meta, base + pWords.RING_LOCK)
    try {
      const tail = meta[base + pWords.RING_TAIL]
      // Both count on through 2³¹; their difference does not.
      if (((tail - meta[base + pWords.RING_HEAD]) | 0) >= pWords.RING_SLOTS) return false
      meta[base + pWords.RING + (tail & (pWords.RING_SLOTS - 1))] = id
      store(meta, base + pWords.RING_TAIL, (tail + 1) | 0)
      return true
    } finally {
      unlock(meta, base + pWords.RING_LOCK)
    }
  }

  /** The oldest; 0 if it is empty. */
  take(): GoroutineId {
    if (this.isEmpty) return 0
    const { meta } = this.memory
    const base = this.base
    this.memory.faults.pass('ring/take')
    lock(meta, base + pWords.RING_LOCK)
    try {
      const head = meta[base + pWords.RING_HEAD]
      if (head === meta[base + pWords.RING_TAIL]) return 0
      const id = meta[base + pWords.RING + (head & (pWords.RING_SLOTS - 1))] as GoroutineId
      store(meta, base + pWords.RING_HEAD, (head + 1) | 0)
      return id
    } finally {
      unlock(meta, base + pWords.RING_LOCK)
    }
  }

  get isEmpty(): boolean {
    const { meta } = this.memory
    return load(meta, this.base + pWords.RING_HEAD) === load(meta, this.base + pWords.RING_TAIL)
  }
}

export class GlobalQueue {
  private readonly memory: Memory

  constructor(memory: Memory) {
    this.memory = memory
  }

  put(id: GoroutineId): void {
    const { meta } = this.memory
    lock(meta, control.RUN_QUEUE_LOCK)
    try {
      meta[this.memory.goroutineWord(id, gWords.NEXT)] = 0
      const last = meta[control.RUN_QUEUE_LAST] as GoroutineId
      if (last === 0) meta[control.RUN_QUEUE_FIRST] = id
      else meta[this.memory.goroutineWord(last, gWords.NEXT)] = id
      meta[control.RUN_QUEUE_LAST] = id
      store(meta, control.RUN_QUEUE_COUNT, meta[control.RUN_QUEUE_COUNT] + 1)
    } finally {
      unlock(meta, control.RUN_QUEUE_LOCK)
    }
  }

  take(): GoroutineId {
    if (this.isEmpty) return 0
    const { meta } = this.memory
    lock(meta, control.RUN_QUEUE_LOCK)
    try {
      const id = meta[control.RUN_QUEUE_FIRST] as GoroutineId
      if (id === 0) return 0
      meta[control.RUN_QUEUE_FIRST] = meta[this.memory.goroutineWord(id, gWords.NEXT)]
      if (meta[control.RUN_QUEUE_FIRST] === 0) meta[control.RUN_QUEUE_LAST] = 0
      store(meta, control.RUN_QUEUE_COUNT, meta[control.RUN_QUEUE_COUNT] - 1)
      return id
    } finally {
      unlock(meta, control.RUN_QUEUE_LOCK)
    }
  }

  get isEmpty(): boolean {
    return load(this.memory.meta, control.RUN_QUEUE_COUNT) === 0
  }
}

/** Pushes a goroutine that is pinned to P `index` onto that P's ready list. By any thread. */
export function pushReady(memory: Memory, index: number, id: GoroutineId): void {
  const { meta } = memory
  const headWord = memory.pWord(index, pWords.READY)
  const nextWord = memory.goroutineWord(id, gWords.NEXT)
  memory.faults.pass('ready/push')
  for (;;) {
    const first = load(meta, headWord)
    meta[nextWord] = first
    if (compareAndSwap(meta, headWord, first, id)) return
  }
}

/** Goroutines one after the other, linked by their records. Private to the P that holds them. */
class Fifo {
  private readonly memory: Memory
  private first: GoroutineId = 0
  private last: GoroutineId = 0

  constructor(memory: Memory) {
    this.memory = memory
  }

  get isEmpty(): boolean {
    return this.first === 0
  }

  put(id: GoroutineId): void {
    const { meta } = this.memory
    meta[this.memory.goroutineWord(id, gWords.NEXT)] = 0
    if (this.last === 0) this.first = id
    else meta[this.memory.goroutineWord(this.last, gWords.NEXT)] = id
    this.last = id
  }

  /** The oldest; 0 if there is none. */
  take(): GoroutineId {
    const id = this.first
    if (id === 0) return 0
    this.first = this.memory.meta[this.memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
    if (this.first === 0) this.last = 0
    return id
  }
}

/**
 * The owner's end of a ready list: those that were woken, and those that gave way, each oldest
 * first.
 */
export class ReadyQueue {
  private readonly memory: Memory
  private readonly headWord: MetaWord
  private readonly woken: Fifo
  private readonly yielded: Fifo

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.headWord = memory.pWord(pIndex, pWords.READY)
    this.woken = new Fifo(memory)
    this.yielded = new Fifo(memory)
  }

  /** By the owner. */
  putWoken(id: GoroutineId): void {
    this.woken.put(id)
  }

  /** By the owner. */
  putYielded(id: GoroutineId): void {
    this.yielded.put(id)
  }

  takeWoken(): GoroutineId {
    this.fetch()
    return this.woken.take()
  }

  takeYielded(): GoroutineId {
    return this.yielded.take()
  }

  /** A hint about what other threads have pushed. */
  get hasWoken(): boolean {
    return !this.woken.isEmpty || this.memory.meta[this.headWord] !== 0
  }

  get isEmpty(): boolean {
    return this.woken.isEmpty && this.yielded.isEmpty && load(this.memory.meta, this.headWord) === 0
  }

  /** Takes what others pushed, and appends it in the order of the pushes. */
  private fetch(): void {
    const { meta } = this.memory
    if (meta[this.headWord] === 0) return
    let pushed = exchange(meta, this.headWord, 0) as GoroutineId
    let inOrder: GoroutineId = 0
    while (pushed !== 0) {
      const next = meta[this.memory.goroutineWord(pushed, gWords.NEXT)] as GoroutineId
      meta[this.memory.goroutineWord(pushed, gWords.NEXT)] = inOrder
      inOrder = pushed
      pushed = next
    }
    while (inOrder !== 0) {
      const next = meta[this.memory.goroutineWord(inOrder, gWords.NEXT)] as GoroutineId
      this.woken.put(inOrder)
      inOrder = next
    }
  }
}

/** All run queues, as one P sees them. */
export class RunQueues {
  readonly ready: ReadyQueue
  readonly rings: readonly Ring[]
  /** Its own. */
  readonly ring: Ring
  readonly global: GlobalQueue

  constructor(memory: Memory, pIndex: number) {
    this.ready = new ReadyQueue(memory, pIndex)
    this.rings = Array.from({ length: memory.layout.procs }, (_, index) => new Ring(memory, index))
    this.ring = this.rings[pIndex]
    this.global = new GlobalQueue(memory)
  }

  /** True if this P has nothing to run but what it may steal. */
  get isEmpty(): boolean {
    return this.ready.isEmpty && this.ring.isEmpty && this.global.isEmpty
  }
}
