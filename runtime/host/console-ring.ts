/**
 * What a P's program prints, on its way to the host: a ring of bytes in shared memory, written by the P, drained by the host. Nothing is ever dropped: a P
 * whose ring is full waits until the host has taken something, or the run is over. It waits outside of every lock, and in no safepoint.
 *
 *   record: stream (1 or 2), then the length of the text in 3 bytes, then its UTF-8
 */
import { load, notify, store } from '#sync'
import { CONSOLE_RING_BYTES, CONSOLE_RING_WORDS } from '../../memory/layout.ts'
import type { Memory } from '../../memory/memory.ts'
import type { Stream } from '../output/standard-streams.ts'
import { readAt } from '../read-at.ts'

// Words of a ring's head, in bytes since the run began, modulo 2³². Each has one writer, who stores it atomically once the bytes that it is about are
// written or read; the other side loads it atomically, so that it sees these bytes.
/** By the P. */
const WRITTEN = 0
/** By the host. The P waits on it for room. */
const READ = 1

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

  /**
   * Writes a text. By the P. `waitForRoom`: sleeps while the word of that index holds that value; false if the run is over, and nobody takes anything any
   * more.
   */
  write(
    stream: Stream,
    text: Uint8Array,
    waitForRoom: (word: number, value: number) => boolean,
  ): void {
    for (let begin = 0; begin < text.length; begin += LONGEST)
      if (!this.writeRecord(stream, text.subarray(begin, begin + LONGEST), waitForRoom)) return
  }

  private writeRecord(
    stream: Stream,
    text: Uint8Array,
    waitForRoom: (word: number, value: number) => boolean,
  ): boolean {
    const { meta } = this.memory
    const written = load(meta, this.head + WRITTEN)
    for (;;) {
      const read = load(meta, this.head + READ)
      if (((written - read) | 0) + RECORD_HEAD + text.length <= CONSOLE_RING_BYTES) break
      if (!waitForRoom(this.head + READ, read)) return false
    }
    this.put(
      written,
      Uint8Array.of(stream, text.length & 0xff, (text.length >>> 8) & 0xff, text.length >>> 16),
    )
    this.put(written + RECORD_HEAD, text)
    store(meta, this.head + WRITTEN, (written + RECORD_HEAD + text.length) | 0)
    return true
  }

  /** Takes what is in the ring, as long as `mayTake` says so of its stream; false if something stays. By the host. */
  drain(
    take: (stream: Stream, text: Uint8Array) => void,
    mayTake: (stream: Stream) => boolean,
  ): boolean {
    const { meta } = this.memory
    const written = load(meta, this.head + WRITTEN)
    const before = load(meta, this.head + READ)
    let read = before
    while (read !== written) {
      const head = this.get(read, RECORD_HEAD)
      const stream = readAt(head, 0) as Stream
      if (!mayTake(stream)) break
      const length = readAt(head, 1) | (readAt(head, 2) << 8) | (readAt(head, 3) << 16)
      take(stream, this.get((read + RECORD_HEAD) | 0, length))
      read = (read + RECORD_HEAD + length) | 0
    }
    if (read !== before) {
      store(meta, this.head + READ, read)
      notify(meta, this.head + READ)
    }
    return read === written
  }

  private put(at: number, text: Uint8Array): void {
    const begin = at & (CONSOLE_RING_BYTES - 1)
    const first = Math.min(text.length, CONSOLE_RING_BYTES - begin)
    this.memory.metaU8.set(text.subarray(0, first), this.bytes + begin)
    this.memory.metaU8.set(text.subarray(first), this.bytes)
  }

  private get(at: number, length: number): Uint8Array {
    const begin = at & (CONSOLE_RING_BYTES - 1)
    const first = Math.min(length, CONSOLE_RING_BYTES - begin)
    const text = new Uint8Array(length)
    text.set(this.memory.metaU8.subarray(this.bytes + begin, this.bytes + begin + first))
    text.set(this.memory.metaU8.subarray(this.bytes, this.bytes + length - first), first)
    return text
  }
}
