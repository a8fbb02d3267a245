import { expect, test } from 'vitest'
import { BreachError } from '../../../gc/verify/breach.ts'
import { verifyHeap } from '../../../gc/verify/verify-heap.ts'
import {
  GRANULE_SHIFT,
  PAGE_SHIFT,
  STACK_MIN_LOG2,
  WORK_BUFFER_COUNT,
  WORK_BUFFER_ENTRIES,
  WORK_BUFFER_NEXT,
  WORK_BUFFER_WORDS,
} from '../../../memory/layout.ts'
import type { Addr } from '../../../memory/memory.ts'
import * as control from '../../../memory/words/control.ts'
import * as g from '../../../memory/words/goroutine.ts'
import * as p from '../../../memory/words/p.ts'
import * as span from '../../../memory/words/span.ts'
import { type GrownPhase, type GrownWorld, growWorld } from '../../support/grown-world.ts'

/** Names of things in a grown world, as word indices. */
class Words {
  readonly grown: GrownWorld
  readonly words: Int32Array
  readonly marks: Uint8Array
  readonly doubles: Float64Array

  constructor(grown: GrownWorld) {
    this.grown = grown
    this.words = grown.world.words
    this.marks = grown.world.memory.marks
    this.doubles = grown.world.memory.doubles
  }

  get layout(): GrownWorld['world']['memory']['layout'] {
    return this.grown.world.memory.layout
  }

  /** The span that holds an object. */
  spanOf(object: Addr): number {
    return this.words[this.layout.pageSpan + (object >>> PAGE_SHIFT)]
  }

  span(id: number, word: number): number {
    return this.layout.spans + id * span.WORDS + word
  }

  /** A word of the span of the first kept node, which is in a list, and full or not as it comes. */
  listed(word: number): number {
    return this.span(this.spanOf(this.grown.kept[0]), word)
  }

  /** A word of the large object’s span. */
  large(word: number): number {
    return this.span(this.spanOf(this.grown.large), word)
  }

  /** The span that P 0 caches for nodes, and the words of that cache. */
  cache(word: number): number {
    const spanClass = this.words[this.listed(span.CLASS)]
    return this.grown.world.memory.p(0, p.CACHE + spanClass * p.CACHE_WORDS + word)
  }

  cached(word: number): number {
    return this.span(this.words[this.cache(p.SPAN)], word)
  }

  /** Makes sure that P 0 caches a span for nodes, with a run. */
  fillCache(): void {
    this.grown.p.make(this.grown.Node)
  }

  p(word: number, index = 0): number {
    return this.grown.world.memory.p(index, word)
  }

  goroutine(word: number, id = this.grown.parked): number {
    return this.grown.world.memory.goroutine(id, word)
  }

  /** First page of the free run between the large objects. */
  get gap(): number {
    for (let page = this.spanOf(this.grown.large); ; page++)
      if (this.words[this.layout.pageSpan + page] === 0) return page
  }

  /** First page of the last free run. */
  get rest(): number {
    let page = this.layout.pages - 1
    page -= this.words[this.layout.pageRun + page] - 1
    return page
  }

  get buffer(): number {
    return this.words[control.WORK_FULL]
  }
}

interface Break {
  readonly phase?: GrownPhase
  readonly what: (w: Words) => void
  readonly says: RegExp
}

const add = (index: (w: Words) => number, by: number) => (w: Words) => {
  w.words[index(w)] += by
}
const set = (index: (w: Words) => number, value: number | ((w: Words) => number)) => (w: Words) => {
  w.words[index(w)] = typeof value === 'number' ? value : value(w)
}
const word = (index: number) => () => index

const BREAKS: Record<string, Break> = {
  // ————— pages
  PAGES_IN_USE: { what: add(word(control.PAGES_IN_USE), 1), says: /PAGES_IN_USE is \d+, must be \d+/ },
  'PAGES_END below a span': { what: set(word(control.PAGES_END), 3), says: /PAGES_END is 3, must be \d+ to \d+/ },
  'page 0': { what: set(w => w.layout.pageSpan, 0), says: /entry of page 0 is 0, must be -1/ },
  'a page of a span that names another': {
    what: set(w => w.layout.pageSpan + w.spanOf(w.grown.large) + 1, 2),
    says: /page \d+ names span 2, and lies in span \d+ of \d+ pages/,
  },
  'a span of no pages': { what: set(w => w.large(span.PAGES), 0), says: /span \d+ is in use with 0 pages/ },
  'a page inside a span with a record': {
    what: w => (w.words[w.span(w.spanOf(w.grown.large) + 1, span.PAGES)] = 1),
    says: /page \d+ begins no span in use, and its record has 1 pages/,
  },
  'a free run of another length at its end': {
    what: w => w.words[w.layout.pageRun + w.gap + w.words[w.layout.pageRun + w.gap] - 1]++,
    says: /the free run at page \d+ has \d+ pages at its begin and \d+ at its end/,
  },
  'a free run of no pages': {
    what: set(w => w.layout.pageRun + w.gap, 0),
    says: /the free run at page \d+ has 0 pages/,
  },
  'free neighbours that are not joined': {
    what: w => {
      const { gap } = w
      const length = w.words[w.layout.pageRun + gap]
      w.words[w.layout.pageRun + gap] = 1
      w.words[w.layout.pageRun + gap + 1] = length - 1
      w.words[w.layout.pageRun + gap + length - 1] = length - 1
    },
    says: /the free run at page \d+ follows another, and was not joined with it/,
  },
  'a free run in no bin': {
    what: w => {
      const bin = control.PAGE_BINS + Math.min(w.words[w.layout.pageRun + w.gap], control.PAGE_BIN_COUNT) - 1
      w.words[bin] = w.words[w.layout.pageNext + w.words[bin]]
    },
    says: /the free run at page \d+ of \d+ pages is in no bin/,
  },
  'a free run in the wrong bin': {
    what: w => {
      const bin = control.PAGE_BINS + control.PAGE_BIN_COUNT - 1
      w.words[control.PAGE_BINS] = w.words[bin]
      w.words[bin] = 0
    },
    says: /the free run at page \d+ of \d+ pages is in bin 0, must be in 63/,
  },
  'a bin that goes round': {
    what: w => (w.words[w.layout.pageNext + w.rest] = w.rest),
    says: /bin 63 lists page \d+, which is listed already/,
  },
  'a bin that lists a page of a span': {
    what: w => (w.words[w.layout.pageNext + w.rest] = w.spanOf(w.grown.large)),
    says: /bin 63 lists page \d+, where no free run begins/,
  },
  'a link back in a bin': {
    what: w => (w.words[w.layout.pagePrevious + w.rest] = 7),
    says: /follows \d+ in bin 63, and links back to 7/,
  },

  // ————— places
  'a span in no list': {
    what: w => {
      for (let spanClass = 0; spanClass < 2; spanClass++)
        for (let head = 1; head < 5; head++) w.words[w.layout.central + spanClass * span.CENTRAL_WORDS + head] = 0
    },
    says: /span \d+ is in no list and in no cache/,
  },
  'a span in two places': {
    what: w => {
      w.fillCache()
      w.words[w.cache(p.SPAN)] = w.spanOf(w.grown.kept[0])
    },
    says: /span \d+ is in the swept \w+ list of span class \d+ and in P 0’s cache for span class \d+/,
  },
  'a list that leads to a free page': {
    what: w => (w.words[w.listed(span.NEXT)] = w.gap),
    says: /list of span class \d+ holds span \d+, which is not in use/,
  },
  'a span in the list of another class': {
    what: add(w => w.large(span.CLASS), 1),
    says: /span \d+ of span class 1 is in the swept full list of span class 0/,
  },
  'a cache with a run and no span': {
    what: w => (w.words[w.p(p.CACHE + 60 * p.CACHE_WORDS + p.LIMIT)] = 4096),
    says: /P 0’s cache for span class 60 has a run and no span/,
  },
  'an unswept span when all is said to be swept': {
    phase: 'sweeping',
    what: set(word(control.SWEEPERS), control.SWEEP_DRAINED),
    says: /the unswept \w+ list of span class \d+ is not empty, and SWEEPERS says that all are swept/,
  },
  'an unswept span below SWEEP_CLASS': {
    phase: 'sweeping',
    what: set(word(control.SWEEP_CLASS), p.SPAN_CLASSES),
    says: /the unswept \w+ list of span class \d+ is not empty, and SWEEP_CLASS is 136/,
  },

  // ————— spans
  'the sweep generation of a listed span': {
    what: add(w => w.listed(span.SWEEP_GENERATION), -2),
    says: /has sweep generation h-2, must be h\+0/,
  },
  'the sweep generation of a cached span': {
    what: w => {
      w.fillCache()
      w.words[w.cached(span.SWEEP_GENERATION)] -= 2
    },
    says: /in P 0’s cache for span class \d+ has sweep generation h\+1, must be h\+3/,
  },
  'the sweep generation of an unswept span': {
    phase: 'sweeping',
    what: add(w => w.listed(span.SWEEP_GENERATION), 1),
    says: /has sweep generation h-1, must be h-2/,
  },
  'ALLOCATED of a listed span': {
    what: add(w => w.listed(span.ALLOCATED), -1),
    says: /has ALLOCATED \d+, must be \d+/,
  },
  'ALLOCATED of a cached span': {
    what: w => {
      w.fillCache()
      w.words[w.cached(span.ALLOCATED)]--
    },
    says: /has ALLOCATED \d+, must be \d+/,
  },
  QUARANTINED: { what: add(w => w.listed(span.QUARANTINED), 1), says: /has QUARANTINED \d+, must be \d+/ },
  'FREE_FROM of a listed span': {
    what: add(w => w.listed(span.FREE_FROM), 16),
    says: /has FREE_FROM \d+, must be \d+/,
  },
  'FREE_FROM of a cached span': {
    what: w => {
      w.fillCache()
      w.words[w.cached(span.FREE_FROM)] += 16
    },
    says: /has FREE_FROM \d+, must be its limit, \d+/,
  },
  'a free slot below FREE_FROM': {
    what: w => {
      w.fillCache()
      w.marks[w.words[w.cached(span.FREE_FROM)] / 16 - w.words[w.cached(span.SLOT_BYTES)] / 16] = span.FREE
    },
    says: /the slot at \d+ below FREE_FROM \d+ of span \d+ is free/,
  },
  SLOT_BYTES: { what: add(w => w.listed(span.SLOT_BYTES), 16), says: /has SLOT_BYTES 32, must be 16/ },
  SLOTS: { what: add(w => w.listed(span.SLOTS), -1), says: /has SLOTS 511, must be 512/ },
  'a span class that is none': {
    what: set(w => w.listed(span.CLASS), 500),
    says: /has span class 500, must be 0 to \d+/,
  },
  'a mark byte between slots': {
    what: w => (w.marks[(w.grown.large >>> GRANULE_SHIFT) + 3] = span.WHITE),
    says: /address \d+ in span \d+ begins no slot, and has mark byte 1/,
  },
  'a mark byte that is none': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = 77),
    says: /slots that are of colour 77 in phase 0/,
  },
  'a black object where all is swept': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.BLACK),
    says: /has 1 slots that are black in phase 0/,
  },
  'a grey object outside the mark': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.GREY_MARK),
    says: /has 1 slots that are grey in phase 0/,
  },
  'a grey object without its flag': {
    phase: 'marking',
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.GREY_MARK),
    says: /has 1 grey slots and no flag/,
  },
  'a flag outside the mark': { what: set(w => w.listed(span.GREY), 1), says: /has GREY 1 in phase 0/ },
  GREY_SPANS: { phase: 'marking', what: set(word(control.GREY_SPANS), 1), says: /GREY_SPANS is 1, must be 0/ },
  'a freed object': {
    what: w => (w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.FREE),
    says: /has ALLOCATED \d+, must be \d+/,
  },
  'a cursor past its limit': {
    what: w => {
      w.fillCache()
      w.words[w.cache(p.CURSOR)] += 4096
    },
    says: /has a run from \d+ over \d+ to \d+, must be slots of span \d+ in this order/,
  },
  'an unused slot that is black before its time': {
    what: w => {
      w.fillCache()
      w.words[w.cache(p.CURSOR)] -= 16
      w.marks[w.words[w.cache(p.CURSOR)] >>> GRANULE_SHIFT] = span.BLACK
    },
    says: /the unused slot at \d+ in P 0’s cache for span class \d+ is black, must be white/,
  },
  'an unused slot that is white while marking': {
    phase: 'marking',
    what: w => {
      w.fillCache()
      w.words[w.cache(p.CURSOR)] -= 16
      w.marks[w.words[w.cache(p.CURSOR)] >>> GRANULE_SHIFT] = span.WHITE
    },
    says: /the unused slot at \d+ in P 0’s cache for span class \d+ is white, must be black/,
  },

  // ————— sums
  HEAP_LIVE: { what: add(word(control.HEAP_LIVE), -16), says: /HEAP_LIVE is \d+, must be \d+/ },
  'HEAP_LIVE in the sweep': {
    phase: 'sweeping',
    what: add(word(control.HEAP_LIVE), 16),
    says: /HEAP_LIVE is \d+, must be \d+/,
  },
  SWEPT_MARKED_BYTES: {
    phase: 'sweeping',
    what: add(word(control.SWEPT_MARKED_BYTES), 16),
    says: /HEAP_MARKED is \d+, and \d+ bytes were found marked/,
  },
  HEAP_SCANNABLE: {
    what: set(word(control.HEAP_SCANNABLE), 2 ** 30),
    says: /HEAP_SCANNABLE is 1073741824, must be \d+ to \d+/,
  },
  'HEAP_SCANNABLE in the mark': {
    phase: 'marking',
    what: add(word(control.HEAP_SCANNABLE), 16),
    says: /HEAP_SCANNABLE, frozen while marking, is \d+, must be \d+/,
  },
  'bytes allocated': {
    what: w => (w.doubles[w.grown.world.memory.pMeasure(0, p.ALLOCATED_BYTES)] += 16),
    says: /bytes allocated less bytes freed is \d+, must be \d+/,
  },
  'objects freed': {
    what: w => w.doubles[w.grown.world.memory.pMeasure(1, p.FREED_OBJECTS)]++,
    says: /objects allocated less objects freed is \d+, must be \d+/,
  },

  // ————— work
  WORK_FULL_COUNT: {
    phase: 'marking',
    what: add(word(control.WORK_FULL_COUNT), 1),
    says: /WORK_FULL_COUNT is \d+, must be \d+/,
  },
  'a work buffer in no list': {
    phase: 'marking',
    what: add(word(control.WORK_POOL_NEXT), 1),
    says: /work buffers in the two lists is \d+, must be \d+/,
  },
  'a work buffer in both lists': {
    phase: 'marking',
    what: set(word(control.WORK_EMPTY), w => w.buffer),
    says: /the empty list of work buffers holds buffer \d+, which is listed already/,
  },
  'a work buffer that is none': {
    phase: 'marking',
    what: w => (w.words[w.buffer + WORK_BUFFER_NEXT] = w.layout.workBuffers + 63 * WORK_BUFFER_WORDS),
    says: /the full list of work buffers holds \d+, which is none that was handed out/,
  },
  'an empty buffer in the full list': {
    phase: 'marking',
    what: w => (w.words[w.buffer + WORK_BUFFER_COUNT] = 0),
    says: /work buffer \d+ in the full list has 0 entries, must be 1 to 254/,
  },
  'nil in a work buffer': {
    phase: 'marking',
    what: w => (w.words[w.buffer + WORK_BUFFER_ENTRIES] = 0),
    says: /entry 0 of work buffer \d+ is 0: no address of an object/,
  },
  'a white object in a work buffer': {
    phase: 'marking',
    what: w => (w.marks[w.words[w.buffer + WORK_BUFFER_ENTRIES] >>> GRANULE_SHIFT] = span.WHITE),
    says: /entry 0 of work buffer \d+ is \d+: what is queued is marked, and its mark byte is 1/,
  },
  'a piece of what is no array': {
    phase: 'marking',
    what: w => w.words[w.buffer + WORK_BUFFER_ENTRIES]++,
    says: /entry 0 of work buffer \d+ is \d+: (no piece of an array|what is queued)/,
  },
  'half a pair in a barrier buffer': {
    phase: 'marking',
    what: set(w => w.p(p.BARRIER_COUNT), 3),
    says: /P 0’s barrier buffer has 3 entries/,
  },
  'a pair in a barrier buffer outside the mark': {
    what: set(w => w.p(p.BARRIER_COUNT), 2),
    says: /P 0’s barrier buffer has 2 entries, .* at most 0 entries in phase 0/,
  },

  // ————— control
  PHASE: { what: set(word(control.PHASE), control.PHASE_MARK), says: /WRITE_BARRIER is 0, must be 1/ },
  WRITE_BARRIER: { phase: 'marking', what: set(word(control.WRITE_BARRIER), 0), says: /WRITE_BARRIER is 0, must be 1/ },
  BLACKEN_ENABLED: { what: set(word(control.BLACKEN_ENABLED), 1), says: /BLACKEN_ENABLED is 1, must be 0/ },
  CYCLES_MARKED: { what: add(word(control.CYCLES_MARKED), 1), says: /CYCLES_MARKED is \d+, must be \d+/ },
  SWEEP_GENERATION: { what: add(word(control.HEAP_SWEEP_GENERATION), 4), says: /SWEEP_GENERATION is \d+, must be \d+/ },
  SWEEPERS: { what: add(word(control.SWEEPERS), 1), says: /SWEEPERS is 1073741825 in phase 0 of a stopped world/ },
  SWEEP_ANNOUNCED: { what: add(word(control.SWEEP_ANNOUNCED), 1), says: /SWEEP_ANNOUNCED is \d+, must be \d+/ },
  'a lock': { what: set(word(control.STACK_LOCK), 1), says: /STACK_LOCK is held in a stopped world/ },
  'a central lock': {
    what: set(w => w.layout.central + 5 * span.CENTRAL_WORDS, 2),
    says: /the central lock of span class 5 is held/,
  },
  DRAINERS: { what: set(word(control.DRAINERS), -1), says: /DRAINERS is -1, must be 0 to Infinity/ },
  DEDICATED_OFFERS: { what: set(word(control.DEDICATED_OFFERS), 1), says: /DEDICATED_OFFERS is 1, must be 0/ },
  'a role that nobody handed out': {
    phase: 'marking',
    what: set(w => w.p(p.ROLE), p.ROLE_HELD),
    says: /roles of dedicated workers, needed or held, is \d+, must be \d+/,
  },
  'no role there is': { what: set(w => w.p(p.ROLE), 3), says: /P 0’s ROLE is 3, must be 0 to 2/ },
  'a P that runs': {
    what: set(w => w.p(p.STATUS), p.STATUS_RUNNING),
    says: /P 0 has status running in a stopped world/,
  },
  'the stop word': { what: add(word(control.STOP), 1), says: /by the stop word, is 1, must be 0/ },
  'a sleeper that is no P': {
    what: set(word(control.SLEEPERS + 1), 4),
    says: /SLEEPERS has a bit for P 34, and there are 2 Ps/,
  },
  'TRIGGER above GOAL': {
    what: set(word(control.TRIGGER), w => w.words[control.GOAL] + 1),
    says: /TRIGGER is \d+, must be 0 to \d+/,
  },

  DEDICATED_NEEDED: { what: set(word(control.DEDICATED_NEEDED), 3), says: /DEDICATED_NEEDED is 3, must be 0 to 2/ },
  IDLE_WORKERS: { what: set(word(control.IDLE_WORKERS), -1), says: /IDLE_WORKERS is -1, must be 0 to 2/ },
  TERMINATOR: { what: set(word(control.TERMINATOR), 2), says: /TERMINATOR is 2, must be 0 to 1/ },
  FLUSH_PENDING: { what: set(word(control.FLUSH_PENDING), -1), says: /FLUSH_PENDING is -1, must be 0 to 2/ },
  PAGES_SWEPT: { what: set(word(control.PAGES_SWEPT), -1), says: /PAGES_SWEPT is -1, must be 0 to \d+/ },
  'root jobs that are left at mark termination': {
    phase: 'terminating',
    what: set(word(control.ROOT_NEXT), 0),
    says: /ROOT_NEXT is 0, must be \d+ to Infinity/,
  },
  'a grey object at mark termination': {
    phase: 'terminating',
    what: w => {
      w.marks[w.grown.kept[5] >>> GRANULE_SHIFT] = span.GREY_MARK
    },
    says: /has 1 slots that are grey in phase 2/,
  },

  // ————— goroutines
  GOROUTINES_LIVE: { what: add(word(control.GOROUTINES_LIVE), 1), says: /GOROUTINES_LIVE is 3, must be 2/ },
  GOROUTINES_FINISHED: {
    what: add(word(control.GOROUTINES_FINISHED), 1),
    says: /goroutines started less finished is 1, must be 2/,
  },
  'a free goroutine that is in no list': {
    what: w => {
      w.words[w.goroutine(g.STATUS)] = g.G_FREE
    },
    says: /goroutine \d+ has status 0, and is not in the list of free ones/,
  },
  'a live goroutine in the list of free ones': {
    what: set(word(control.GOROUTINE_FREE), w => w.grown.parked),
    says: /goroutine \d+ has status 3, and is in the list of free ones/,
  },
  'a goroutine that is dead': {
    what: set(w => w.goroutine(g.STATUS), g.G_DEAD),
    says: /goroutine \d+ has status 4 in a stopped world/,
  },
  'a stack that is being scanned': {
    what: set(w => w.goroutine(g.STATUS), g.G_WAITING | g.G_SCAN),
    says: /goroutine \d+ has status 19 in a stopped world/,
  },
  'a scan that is wanted outside the mark': {
    what: w => (w.words[w.goroutine(g.STATUS, w.words[w.p(p.GOROUTINE)])] |= g.G_SCAN_WANTED),
    says: /stacks to be scanned where nothing is marked is 1, must be 0/,
  },
  'a wanted scan that is not counted': {
    phase: 'marking',
    what: w => (w.words[w.goroutine(g.STATUS, w.words[w.p(p.GOROUTINE)])] |= g.G_SCAN_WANTED),
    says: /SCANS_WANTED is 0, must be 1/,
  },
  'a stack that was not scanned at mark termination': {
    phase: 'terminating',
    what: add(w => w.goroutine(g.SCANNED_CYCLE), -1),
    says: /goroutine \d+’s stack was not scanned in cycle 2, but in 1/,
  },
  'a goroutine that runs nowhere': {
    what: set(w => w.goroutine(g.STATUS), g.G_RUNNING),
    says: /goroutine \d+ has status running, and P 1 does not run it/,
  },
  'a P that runs one that waits': {
    what: set(
      w => w.p(p.GOROUTINE, 1),
      w => w.grown.parked,
    ),
    says: /P 1 runs goroutine \d+, whose status is 3/,
  },
  STACK_USED: { what: set(w => w.goroutine(g.STACK_USED), 65), says: /STACK_USED is 65, must be 0 to 64/ },
  STACK_WORDS_IN_USE: {
    what: add(word(control.STACK_WORDS_IN_USE), 64),
    says: /STACK_WORDS_IN_USE is 192, must be 128/,
  },
  STACK_NEXT: { what: add(word(control.STACK_NEXT), 64), says: /STACK_NEXT is \d+, must be \d+/ },
  'two goroutines with one stack': {
    what: w => (w.words[w.goroutine(g.STACK)] = w.words[w.goroutine(g.STACK, w.words[w.p(p.GOROUTINE)])]),
    says: /the stack of goroutine \d+ at \d+ overlaps the one of goroutine \d+/,
  },
  'a free stack that is lost': {
    what: w => {
      w.words[control.STACK_NEXT] += 64
      w.words[w.goroutine(g.STACK)] += 64
    },
    says: /the stack words from \d+, after .*, to \d+ belong to nobody/,
  },
  'a stack in use that the table calls free': {
    what: w => (w.words[w.layout.stackTable] = STACK_MIN_LOG2),
    says: /the stack table’s entry 0 is 6, must be 0/,
  },
  'two buddies that are free': {
    what: w => {
      const begin = w.layout.stacks + Math.ceil(w.words[control.STACK_NEXT] / 128) * 128
      w.words[control.STACK_NEXT] = begin + 128 - w.layout.stacks
      w.words[control.STACK_FREE + STACK_MIN_LOG2] = begin
      w.words[begin] = begin + 64
    },
    says: /the free stacks of 64 words at \d+ and \d+ are not joined/,
  },

  // ————— queues
  'a goroutine in two queues': {
    what: w => {
      const { parked } = w.grown
      w.words[w.goroutine(g.STATUS)] = g.G_RUNNABLE
      w.words[w.goroutine(g.NEXT)] = 0
      w.words[w.p(p.READY, 1)] = parked
      w.words[w.p(p.RING)] = parked
      w.words[w.p(p.RING_TAIL)]++
    },
    says: /goroutine \d+ is in P 0’s ring and in P 1’s ready list/,
  },
  'a queued goroutine that waits': {
    what: w => {
      w.words[w.p(p.RING)] = w.grown.parked
      w.words[w.p(p.RING_TAIL)]++
    },
    says: /goroutine \d+ in P 0’s ring has status 3/,
  },
  'a goroutine that is ready on another P': {
    what: w => {
      w.words[w.goroutine(g.STATUS)] = g.G_RUNNABLE
      w.words[w.goroutine(g.NEXT)] = 0
      w.words[w.p(p.READY)] = w.grown.parked
    },
    says: /goroutine \d+ in P 0’s ready list is on P 1/,
  },
  'a ring that is longer than it may be': {
    what: set(w => w.p(p.RING_TAIL), -5),
    says: /P 0’s ring holds -5 goroutines/,
  },
  RUN_QUEUE_COUNT: { what: set(word(control.RUN_QUEUE_COUNT), 1), says: /RUN_QUEUE_COUNT is 1, must be 0/ },
  ASSIST_COUNT: { what: set(word(control.ASSIST_COUNT), 1), says: /ASSIST_COUNT is 1, must be 0/ },
  'a P in the assist queue that does not know': {
    phase: 'marking',
    what: w => {
      w.words[control.ASSIST_FIRST] = w.words[control.ASSIST_LAST] = w.words[control.ASSIST_COUNT] = 1
    },
    says: /P 0’s ASSIST_QUEUED is 0, must be 1/,
  },
  'an assist that waits outside the mark': {
    what: w => {
      w.words[control.ASSIST_FIRST] = w.words[control.ASSIST_LAST] = w.words[control.ASSIST_COUNT] = 1
      w.words[w.p(p.ASSIST_QUEUED)] = 1
    },
    says: /assists that wait where nothing is marked is 1, must be 0/,
  },
  'a free wait record that never was one': {
    what: set(word(control.WAITER_FREE), 9),
    says: /the list of free wait records holds 9, which never was one/,
  },
  'a wait record whose neighbours do not know it': {
    what: w => {
      const { waiters } = w.grown.p
      const id = waiters.create(w.grown.parked, 1, 0)
      w.words[waiters.word(id, g.WAITER_QUEUE)] = w.grown.large / 4 + 8
    },
    says: /wait record 1 stands in the queue at word \d+ between 0 and 0, which do not link to it/,
  },
  'a wait record in the queue of no object': {
    what: w => {
      const { waiters } = w.grown.p
      waiters.append((w.gap << PAGE_SHIFT) / 4, waiters.create(w.grown.parked, 1, 0))
    },
    says: /wait record 1 stands in the queue at word \d+, where no object is/,
  },
}

function complaintOf(verify: () => void): Error | undefined {
  try {
    verify()
  } catch (error) {
    return error as Error
  }
  return undefined
}

test.each(['off', 'sweeping', 'marking', 'terminating'] as const)('a sound heap passes: %s', phase => {
  for (const check of [true, false]) {
    const { world } = growWorld(phase, check)
    expect(() => verifyHeap(world.memory)).not.toThrow()
  }
})

test.each(Object.keys(BREAKS))('it finds what is broken: %s', name => {
  const { phase = 'off', what, says } = BREAKS[name]
  const grown = growWorld(phase)
  what(new Words(grown))
  const found = complaintOf(() => verifyHeap(grown.world.memory))
  expect(found).toBeInstanceOf(BreachError)
  expect(found?.message).toMatch(says)
})

test('it lists up to five disagreements, so that a person sees the pattern', () => {
  const grown = growWorld('off')
  const w = new Words(grown)
  for (const lock of [control.WORK_LOCK, control.PAGE_LOCK]) w.words[lock] = 1
  expect(() => verifyHeap(grown.world.memory)).toThrow(
    /disagrees with itself:\n {2}WORK_LOCK is held.*\n {2}PAGE_LOCK is held/,
  )
  for (const object of grown.kept) w.marks[object >>> GRANULE_SHIFT] = 9
  for (let spanClass = 0; spanClass < 8; spanClass++) w.words[w.layout.central + spanClass * span.CENTRAL_WORDS] = 1
  const found = complaintOf(() => verifyHeap(grown.world.memory))
  expect(found?.message.split('\n  ')).toHaveLength(1 + 5)
})

test('it changes nothing', () => {
  for (const phase of ['off', 'sweeping', 'marking'] as const) {
    const { memory } = growWorld(phase).world
    const before = [memory.words.slice(0, memory.layout.workBuffers), memory.marks.slice(), memory.i32.slice()]
    verifyHeap(memory)
    const after = [memory.words.slice(0, memory.layout.workBuffers), memory.marks, memory.i32]
    for (const [index, words] of before.entries())
      expect(Buffer.compare(Buffer.from(words.buffer), Buffer.from(after[index].slice().buffer))).toBe(0)
  }
})
