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
 * That is why the two kinds are apart: a thief looks into rings, and meets no goroutine that it
 * could not run.
 *
 * A ring and the global queue are each under a lock (decision 0004). What `isEmpty` reads is stored
 * atomically under the lock: a P that is about to sleep announces its sleep, then looks without the
 * lock. A publisher stores, then reads the announcement. So one of the two sees the other
 * (scheduler/sleepers.ts).
 *
 * The ready list is a stack of pushes, by CAS on its head. Its owner empties it by one exchange and
 * turns it round. It needs no tag against ABA:
 *
 * 1. A push reads the head, links its goroutine to that, and swaps the head.
 * 2. Meanwhile the owner may take all. The head that was read can come back only if that goroutine
 *    was pushed again, or, for 0, if the list is empty again.
 * 3. In both cases the link is right: it names what is the head when the swap succeeds.
 */

import { compareAndSwap, exchange, load, store } from '#sync'
import type { GoroutineId, MetaWord } from '../memory/kinds.ts'
import { lock, unlock } from '../memory/lock.ts'
import type { Memory } from '../memory/memory.ts'
import * as control from '../memory/words/control.ts'
import * as gWords from '../memory/words/goroutine.ts'
import * as pWords from '../memory/words/p.ts'

/** The ring of one P. `take` is called by its P and by thieves. */
export class Ring {
  private readonly memory: Memory
  private readonly base: MetaWord

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.base = memory.pWord(pIndex, 0)
  }

  /** Adds a goroutine that has not run. False if the ring is full. By any P. */
  put(id: GoroutineId): boolean {
    const { meta } = this.memory
    const base = this.base
    lock(meta, base + pWords.RING_LOCK)
    try {
      const tail = meta[base + pWords.RING_TAIL]
      // Both counts wrap around at 2³¹. Their difference stays right.
      if (((tail - meta[base + pWords.RING_HEAD]) | 0) >= pWords.RING_SLOTS) return false
      meta[base + pWords.RING + (tail & (pWords.RING_SLOTS - 1))] = id
      store(meta, base + pWords.RING_TAIL, (tail + 1) | 0)
      return true
    } finally {
      unlock(meta, base + pWords.RING_LOCK)
    }
  }

  /** Takes the oldest; 0 if the ring is empty. */
  take(): GoroutineId {
    // A look before the lock: thieves come by often, and most rings are empty.
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

/** The queue of all Ps. It has no limit, since the goroutines are linked by their records. */
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

/**
 * Pushes a goroutine that is pinned to P `index` onto that P's ready list. By any thread. The CAS
 * publishes the link.
 */
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

/** A queue of goroutines, linked by their records. Private to the P that holds it, so plain. */
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

  /** Takes the oldest; 0 if there is none. */
  take(): GoroutineId {
    const id = this.first
    if (id === 0) return 0
    this.first = this.memory.meta[this.memory.goroutineWord(id, gWords.NEXT)] as GoroutineId
    if (this.first === 0) this.last = 0
    return id
  }
}

/**
 * The owner's end of a ready list. It has two queues, each oldest first: those that were woken, and
 * those that gave way. Woken ones go first (scheduler/turns.ts).
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

  /** Queues a goroutine that was woken. By the owner; others use pushReady. */
  putWoken(id: GoroutineId): void {
    this.woken.put(id)
  }

  /** Queues a goroutine that gave way, or that is to run here for the first time. By the owner. */
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

  /** True if one was woken. A hint about what other threads have pushed: a plain read. */
  get hasWoken(): boolean {
    return !this.woken.isEmpty || this.memory.meta[this.headWord] !== 0
  }

  get isEmpty(): boolean {
    return this.woken.isEmpty && this.yielded.isEmpty && load(this.memory.meta, this.headWord) === 0
  }

  /** Takes what others pushed, and appends it in the order of the pushes. */
  private fetch(): void {
    const { meta } = this.memory
    // A plain look, for speed. What it misses is fetched at the next turn, or is seen by the atomic
    // look of `isEmpty` before this P sleeps.
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
  /** The ring of this P. */
  readonly ring: Ring
  readonly global: GlobalQueue

  constructor(memory: Memory, pIndex: number) {
    this.ready = new ReadyQueue(memory, pIndex)
    this.rings = Array.from({ length: memory.layout.procs }, (_, index) => new Ring(memory, index))
    this.ring = this.rings[pIndex]
    this.global = new GlobalQueue(memory)
  }

  /** True if this P has nothing to run, except what it may steal. */
  get isEmpty(): boolean {
    return this.ready.isEmpty && this.ring.isEmpty && this.global.isEmpty
  }
}
