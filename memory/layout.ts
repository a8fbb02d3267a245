/**
 * Where everything is, in two shared buffers:
 *
 *   heap   ┌ page 0 ┬ pages 1 … n of the arena ┐
 *   meta   ┌ control ┬ measures ┬ Ps ┬ central lists ┬ page table ┬ spans ┬ marks ┬ work buffers ┬
 *          ┴ goroutines ┬ waiters ┬ stacks ┬ stack table ┬ globals ┬ declarations ┬
 *          ┴ console rings ┬ cycle records ┬ trace rings ┐
 *
 * A reference is a byte address in the heap buffer. Page 0 is never used, so nil is 0.
 *
 * Both buffers are reserved at once. The operating system commits a page when it is touched. An
 * offset counts units of the view that reads it: 32-bit words, doubles, or bytes, as its name or
 * comment says. What may be written where, and by whom, is said in memory/words/.
 */
import type { Bytes, MetaDouble, MetaWord } from './kinds.ts'
import { MiB } from './units.ts'
import * as control from './words/control.ts'
import * as gWords from './words/goroutine.ts'
import * as pWords from './words/p.ts'
import * as span from './words/span.ts'

export const PAGE_BYTES = 8192
export const PAGE_SHIFT = 13
/** Objects begin at multiples of a granule. Each granule has a mark byte. */
export const GRANULE_BYTES = 16
export const GRANULE_SHIFT = 4

export const MIN_ARENA_BYTES = 4 * MiB
/** Addresses and live bytes must fit into signed 32-bit words. */
export const MAX_ARENA_BYTES = 2 ** 31 - PAGE_BYTES
export const MAX_PS = 64

/** A work buffer: the next buffer, a count, then 254 entries. (Go's has 253.) */
export const WORK_BUFFER_WORDS = 256
export const WORK_BUFFER_NEXT = 0
export const WORK_BUFFER_COUNT = 1
export const WORK_BUFFER_ENTRIES = 2
export const WORK_BUFFER_CAPACITY = WORK_BUFFER_WORDS - WORK_BUFFER_ENTRIES

/** Words of globals that one root job scans (Go's rootBlockBytes: 256 KiB). */
export const ROOT_BLOCK_WORDS = 65536

/**
 * Bit of an entry that stands for a later piece of an array, and not for an object. Objects begin
 * at multiples of 16, so their addresses have this bit clear.
 */
export const OBLET = 1
/**
 * Arrays of references are scanned in pieces of this many bytes (Go's maxObletBytes), so that no
 * step of a drain takes long.
 */
export const OBLET_BYTES = 128 * 1024

/** The smallest shadow stack has this power of two of words: 64. */
export const STACK_MIN_LOG2 = 6

export const MAX_GOROUTINES = 1 << 18
export const MAX_WAITERS = 1 << 19
/** Words for global variables: 64 MiB. */
export const MAX_GLOBAL_WORDS = 1 << 24

/**
 * At most this many types, tasks and globals may be declared, each kind by itself. Each has a
 * record of DECLARATION_WORDS words (runtime/program/declarations.ts).
 */
export const MAX_DECLARATIONS = 4096
export const DECLARATION_WORDS = 32

/** Bytes of a P's console ring. */
export const CONSOLE_RING_BYTES = 1 << 18
/** Number of cycle records in the ring (gc/record/cycle-record.ts), and doubles of each. */
export const CYCLE_RECORDS = 4096
export const CYCLE_RECORD_DOUBLES = 416
/** Number of trace events in a P's ring, and doubles of each (gc/record/events.ts). */
export const TRACE_EVENTS = 1 << 13
export const TRACE_EVENT_DOUBLES = 4

/**
 * The offsets of one run's memory: plain numbers, which every P is sent, and which never change.
 */
export interface Layout {
  readonly arenaBytes: Bytes
  readonly procs: number
  /** Pages, page 0 included. */
  readonly pages: number
  readonly heapBytes: Bytes
  readonly metaBytes: Bytes
  /** Word offsets. The control words begin the buffer, so their names are their indices. */
  readonly ps: MetaWord
  readonly central: MetaWord
  /**
   * The page table: the span that a page belongs to, 0 for a free page. Written under PAGE_LOCK.
   * Markers read it plainly: a page that holds a live object does not change its span during a
   * mark.
   */
  readonly pageSpan: MetaWord
  /**
   * The length of each free run, at its first and its last page; then the links of its bin, at its
   * first page. All are written and read under PAGE_LOCK.
   */
  readonly pageRun: MetaWord
  readonly pageNext: MetaWord
  readonly pagePrevious: MetaWord
  readonly spans: MetaWord
  readonly workBuffers: MetaWord
  readonly workBufferCount: number
  readonly goroutines: MetaWord
  readonly waiters: MetaWord
  readonly stacks: MetaWord
  readonly stackWords: number
  /**
   * A word for each 2^STACK_MIN_LOG2 words of stacks: the power of two of the free segment that
   * begins there, else 0. Written and read under STACK_LOCK.
   */
  readonly stackTable: MetaWord
  readonly globals: MetaWord
  readonly declarations: MetaWord
  readonly typeSlots: MetaWord
  readonly consoleRings: MetaWord
  readonly traceRings: MetaWord
  /** Double offsets. */
  readonly measures: MetaDouble
  readonly pMeasures: MetaDouble
  readonly goroutineDoubles: MetaDouble
  readonly waiterDoubles: MetaDouble
  readonly cycleRecords: MetaDouble
  readonly traceEvents: MetaDouble
  /** Byte offsets. */
  readonly marks: number
  readonly consoleBytes: number
}

/** A named region of the meta buffer, in bytes: for tests, and for drawing the map. */
export interface Region {
  readonly name: string
  readonly begin: number
  readonly end: number
}

/**
 * Words of the head of a ring, a cache line each. A console ring's head has the bytes written and
 * the bytes read (runtime/host/console-ring.ts), a trace ring's the events written and the events
 * read (gc/record/events.ts). Each word has one writer: the P writes the first, the host the
 * second.
 */
export const CONSOLE_RING_WORDS = 16
export const TRACE_RING_WORDS = 16

export interface LayoutSizes {
  /** Bytes of the arena: whole pages, from 4 MiB to below 2 GiB. */
  readonly arenaBytes: Bytes
  /** Number of Ps, 1 to 64. */
  readonly procs: number
  /** Number of work buffers. @defaultValue one for each 64 KiB of arena, at least 64 */
  readonly workBuffers?: number
}

/**
 * Computes the layout. Regions begin at multiples of 4096 bytes, so that no two share a page of the
 * operating system.
 */
export function layOut(sizes: LayoutSizes): { layout: Layout; regions: readonly Region[] } {
  const { arenaBytes, procs } = sizes
  if (
    !Number.isInteger(arenaBytes / PAGE_BYTES) ||
    arenaBytes < MIN_ARENA_BYTES ||
    arenaBytes > MAX_ARENA_BYTES
  ) {
    throw new RangeError(
      `arena of ${arenaBytes} bytes: must be whole pages of ${PAGE_BYTES}, from ${MIN_ARENA_BYTES} to ${MAX_ARENA_BYTES}`,
    )
  }
  if (!Number.isInteger(procs) || procs < 1 || procs > MAX_PS)
    throw new RangeError(`${procs} Ps: must be 1 to ${MAX_PS}`)
  // Page 0 is not the arena's. The largest arena has one page less because of it, since addresses
  // end at 2³¹.
  const pages = Math.min(arenaBytes / PAGE_BYTES + 1, 2 ** 31 / PAGE_BYTES - 1)
  const workBufferCount = sizes.workBuffers ?? Math.max(64, arenaBytes >>> 16)
  if (!Number.isInteger(workBufferCount) || workBufferCount < 1)
    throw new RangeError(`${workBufferCount} work buffers: must be a whole number from 1`)
  const stackWords = Math.max(1 << 22, arenaBytes >>> 4)

  const regions: Region[] = []
  let end = 0
  const region = (name: string, bytes: Bytes): number => {
    const begin = Math.ceil(end / 4096) * 4096
    end = begin + bytes
    regions.push({ name, begin, end })
    return begin
  }
  const words = (name: string, count: number): number => region(name, count * 4) / 4
  const doubles = (name: string, count: number): number => region(name, count * 8) / 8

  words('control', control.WORDS)
  const layout: Layout = {
    arenaBytes,
    procs,
    pages,
    heapBytes: pages * PAGE_BYTES,
    measures: doubles('measures', control.DOUBLES),
    ps: words('Ps', procs * pWords.WORDS),
    pMeasures: doubles('P measures', procs * pWords.DOUBLES),
    central: words('central lists', pWords.SPAN_CLASSES * span.CENTRAL_WORDS),
    pageSpan: words('page spans', pages),
    pageRun: words('page runs', pages),
    pageNext: words('page next', pages),
    pagePrevious: words('page previous', pages),
    spans: words('spans', pages * span.WORDS),
    marks: region('marks', (pages * PAGE_BYTES) >>> GRANULE_SHIFT),
    workBuffers: words('work buffers', workBufferCount * WORK_BUFFER_WORDS),
    workBufferCount,
    goroutines: words('goroutines', MAX_GOROUTINES * gWords.WORDS),
    goroutineDoubles: doubles('goroutine doubles', MAX_GOROUTINES * gWords.DOUBLES),
    waiters: words('waiters', MAX_WAITERS * gWords.WAITER_WORDS),
    waiterDoubles: doubles('waiter doubles', MAX_WAITERS * gWords.WAITER_DOUBLES),
    stacks: words('stacks', stackWords),
    stackWords,
    stackTable: words('stack table', stackWords >>> STACK_MIN_LOG2),
    globals: words('globals', MAX_GLOBAL_WORDS),
    declarations: words('declarations', 3 * MAX_DECLARATIONS * DECLARATION_WORDS),
    typeSlots: words('type slots', MAX_DECLARATIONS),
    consoleRings: words('console ring heads', procs * CONSOLE_RING_WORDS),
    consoleBytes: region('console rings', procs * CONSOLE_RING_BYTES),
    cycleRecords: doubles('cycle records', (CYCLE_RECORDS + 1) * CYCLE_RECORD_DOUBLES),
    traceRings: words('trace ring heads', procs * TRACE_RING_WORDS),
    traceEvents: doubles('trace events', procs * TRACE_EVENTS * TRACE_EVENT_DOUBLES),
    metaBytes: 0,
  }
  return { layout: { ...layout, metaBytes: Math.ceil(end / 4096) * 4096 }, regions }
}
