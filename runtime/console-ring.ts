/**
 * What a P's program prints, on its way to the host: a ring of bytes in shared memory, written by the P, drained by the host, both under the ring's
 * lock. Nothing is ever dropped: a P whose ring is full hands on what is in it, and then the rest, itself.
 *
 *   record: stream (1 or 2), then the length of the text in 3 bytes, then its UTF-8
 */
import { load, store } from '#sync'
import { probeStackForLock } from '../gc/stack-probe.ts'
import { CONSOLE_RING_BYTES, CONSOLE_RING_WORDS } from '../heap/layout/layout.ts'
import { lock, tryLock, unlock } from '../heap/lock.ts'
import type { Memory } from '../heap/memory.ts'

/** 1: standard output, 2: standard error. */
export type Stream = 1 | 2

// Words of a ring's head. LOCK atomic; the others under it: bytes ever written, ever read, and pieces handed on directly.
const LOCK = 0
const WRITTEN = 1
const READ = 2
const HANDED_ON = 3

const RECORD_HEAD = 4
/** Longer texts go in several records. */
const LONGEST = CONSOLE_RING_BYTES / 4

export class ConsoleRing {
  private readonly memory: Memory
  private readonly head: number
  private readonly bytes: number

  constructor(memory: Memory, pIndex: number) {
    this.memory = memory
    this.head = memory.layout.consoleRings + pIndex * CONSOLE_RING_WORDS
    this.bytes = memory.layout.consoleBytes + pIndex * CONSOLE_RING_BYTES
  }

  /** Writes a text. If it does not fit, `handOn` gets first what is in the ring, then this. By the P. */
  write(stream: Stream, text: Uint8Array, handOn: (stream: Stream, text: Uint8Array) => void): void {
    const { words } = this.memory
    probeStackForLock()
    lock(words, this.head + LOCK)
    try {
      for (let begin = 0; begin < text.length; begin += LONGEST)
        this.writeRecord(stream, text.subarray(begin, begin + LONGEST), handOn)
    } finally {
      unlock(words, this.head + LOCK)
    }
  }

  private writeRecord(stream: Stream, text: Uint8Array, handOn: (stream: Stream, text: Uint8Array) => void): void {
    const { words } = this.memory
    const written = words[this.head + WRITTEN]
    const used = (written - words[this.head + READ]) | 0
    if (used + RECORD_HEAD + text.length > CONSOLE_RING_BYTES) {
      // Counted first: the host must not take what comes later from the ring before it has received this.
      const countAndHandOn = (stream: Stream, text: Uint8Array): void => {
        store(words, this.head + HANDED_ON, words[this.head + HANDED_ON] + 1)
        handOn(stream, text)
      }
      this.readAll(countAndHandOn)
      countAndHandOn(stream, text)
      return
    }
    this.put(written, Uint8Array.of(stream, text.length & 0xff, (text.length >>> 8) & 0xff, text.length >>> 16))
    this.put(written + RECORD_HEAD, text)
    store(words, this.head + WRITTEN, (written + RECORD_HEAD + text.length) | 0)
  }

  /** Takes all that is in the ring; false if the P is writing just now. By the host, which never waits. */
  drain(take: (stream: Stream, text: Uint8Array) => void): boolean {
    const { words } = this.memory
    if (load(words, this.head + WRITTEN) === load(words, this.head + READ)) return true
    if (!tryLock(words, this.head + LOCK)) return false
    try {
      this.readAll(take)
    } finally {
      unlock(words, this.head + LOCK)
    }
    return true
  }

  /** As drain, once the P does not run any more: it may have been ended while it held the lock. */
  drainRest(take: (stream: Stream, text: Uint8Array) => void): void {
    this.readAll(take)
  }

  /** How many texts the P has handed on. */
  get handedOn(): number {
    return load(this.memory.words, this.head + HANDED_ON)
  }

  private readAll(take: (stream: Stream, text: Uint8Array) => void): void {
    const { words } = this.memory
    const written = words[this.head + WRITTEN]
    let read = words[this.head + READ]
    while (read !== written) {
      const [stream, low, middle, high] = this.get(read, RECORD_HEAD)
      const length = low | (middle << 8) | (high << 16)
      take(stream as Stream, this.get((read + RECORD_HEAD) | 0, length))
      read = (read + RECORD_HEAD + length) | 0
    }
    store(words, this.head + READ, read)
  }

  private put(at: number, bytes: Uint8Array): void {
    const begin = at & (CONSOLE_RING_BYTES - 1)
    const first = Math.min(bytes.length, CONSOLE_RING_BYTES - begin)
    this.memory.bytes.set(bytes.subarray(0, first), this.bytes + begin)
    this.memory.bytes.set(bytes.subarray(first), this.bytes)
  }

  private get(at: number, length: number): Uint8Array {
    const begin = at & (CONSOLE_RING_BYTES - 1)
    const first = Math.min(length, CONSOLE_RING_BYTES - begin)
    const bytes = new Uint8Array(length)
    bytes.set(this.memory.bytes.subarray(this.bytes + begin, this.bytes + begin + first))
    bytes.set(this.memory.bytes.subarray(this.bytes, this.bytes + length - first), first)
    return bytes
  }
}
