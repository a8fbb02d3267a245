/**
 * The words that all Ps share: 32-bit words from the beginning of the meta buffer, and doubles at
 * `layout.measures`.
 *
 * Each word has its biography: who writes it, in which phase, and how it is accessed.
 *   atomic   through `#sync` by any thread at any time
 *   stopped  written only while the world is stopped, read plainly at any time: every P passes an
 *            atomic operation between the write and its next read (the restart), so a plain read
 *            is never stale
 *   locked   read and written only by the holder of the named lock
 *   hint     read plainly where an old value only costs time; every decision is taken again with
 *            atomics
 *
 * A group of words begins a cache line of its own (16 words). Words within a group share lines:
 * what many Ps write while a cycle marks (DRAINERS to GATE_RAISES) is one line.
 */

// ————— 0: stopping the world

/** The stop word: running Ps, reason, claimed, epoch (scheduler/stop.ts). atomic. */
export const STOP = 0
/** Bumped at each restart; stopped Ps wait on it. atomic. */
export const RESTARTS = 1

// ————— 16: the state of the collector. Plain reads on hot paths; nothing here changes while Ps
// run.

/** What the collector does: `PHASE_OFF`, `PHASE_MARK`, `PHASE_MARK_TERMINATION`. stopped. */
export const PHASE = 16
/** 1 while stores of references must shade: in mark and mark termination. stopped. */
export const WRITE_BARRIER = 17
/** 1 while workers and assists may blacken: a narrower window than the barrier's. stopped. */
export const BLACKEN_ENABLED = 18
/** Cycles started. stopped. */
export const CYCLES = 19
/** Cycles whose mark phase has ended (Go's numgc). stopped; gc() waits for it. */
export const CYCLES_MARKED = 20
/** Go's sweep generation, +2 a cycle (heap/span.ts). stopped. */
export const HEAP_SWEEP_GENERATION = 21
/**
 * Heap trigger in bytes, NO_BYTES when there is none. stopped; a pacer whose goals are live changes
 * it at refills.
 */
export const TRIGGER = 22
/** Heap goal in bytes, NO_BYTES when there is none. As TRIGGER. */
export const GOAL = 23
/** GOGC in percent, negative is off. stopped. */
export const GC_PERCENT = 24
/** Why the running cycle was started: a `CycleTrigger`. stopped. */
export const CYCLE_TRIGGER = 25
/**
 * The most idle workers that may run in this cycle: Ps that are no dedicated worker; 0 in a
 * periodic cycle (gc/pacer/worker-counts.ts). stopped.
 */
export const IDLE_WORKERS_MAX = 26
/** Cycles forced by gc(). stopped. */
export const CYCLES_FORCED = 27
/** How often the running cycle's mark restarted after its termination stop (R3). stopped. */
export const TERMINATION_RESTARTS = 28
/**
 * `--check`: heap scan work at which the running mark is verified in its middle; 0: not, or no
 * more. stopped.
 */
export const VERIFY_AT = 29

// ————— 32: the live heap

/**
 * Live heap in bytes (Go's heapLive): every free slot of a cached span counts, and what a request
 * has reserved at the gate; in a stop nothing is reserved. atomic.
 */
export const HEAP_LIVE = 32
/**
 * Scannable heap in bytes, an upper bound: what the last mark scanned, and what scan spans acquired
 * since then were charged. atomic; frozen during a mark.
 */
export const HEAP_SCANNABLE = 33
/**
 * The largest single request to the heap so far: a span refill or a large object. hint, raised by
 * compare-and-swap.
 */
export const LARGEST_REFILL = 34

// ————— 48: marking

/** Workers and assists that drain now. atomic. */
export const DRAINERS = 48
/** Root job tickets: the next one, and their number. NEXT atomic, JOBS stopped. */
export const ROOT_NEXT = 49
export const ROOT_JOBS = 50
/** Scan work done this cycle, in bytes: heap, stacks, globals. atomic; reset in the setup stop. */
export const SCAN_WORK_HEAP = 51
export const SCAN_WORK_STACK = 52
export const SCAN_WORK_GLOBALS = 53
/**
 * Scan work done by background workers that assists may take; may fall below 0 by a race. atomic.
 */
export const BACKGROUND_CREDIT = 54
/** Dedicated workers still to be started. atomic. */
export const DEDICATED_NEEDED = 55
/** Dedicated workers that would hand their role over, their slice being used up. atomic. */
export const DEDICATED_OFFERS = 56
/** Idle workers that run. atomic. */
export const IDLE_WORKERS = 57
/**
 * Work buffers ever pushed to the full list: a change tells that somebody published work. atomic.
 */
export const PUBLICATIONS = 58
/** Spans that hold grey objects which no work buffer had room for. atomic. */
export const GREY_SPANS = 59
/** Running goroutines whose stack scan was asked for and is not done. atomic. */
export const SCANS_WANTED = 60
/** 1 while a P runs the coordinator's protocol. atomic. */
export const TERMINATOR = 61
/**
 * Attempts to end this cycle's mark: entries at the coordinator's `top`; under helping, looks that
 * found the mark over. A P that stands aside may add its attempt after the reset: it counts for the
 * next cycle. atomic.
 */
export const TERMINATION_ATTEMPTS = 62
/**
 * Stops that requests at the gate have asked for in this cycle, when they had waited for too long.
 * atomic.
 */
export const GATE_RAISES = 63

// ————— 64: work buffers

/**
 * Work buffer lists: the lock, then the heads (word offsets of buffers, 0: none). locked
 * (WORK_LOCK).
 */
export const WORK_LOCK = 64
export const WORK_FULL = 65
export const WORK_EMPTY = 66
/** Buffers in the full list. locked; hint elsewhere, atomic where termination looks. */
export const WORK_FULL_COUNT = 67
/** Buffers handed out so far from the pool's untouched end. locked (WORK_LOCK); hint elsewhere. */
export const WORK_POOL_NEXT = 68

// ————— 80: assists, the ragged barrier, the CPU limiter

/**
 * The queue of assists that wait for credit: lock, then first, last (P + 1, 0: none) and length.
 * locked; COUNT atomic.
 */
export const ASSIST_LOCK = 80
export const ASSIST_FIRST = 81
export const ASSIST_LAST = 82
export const ASSIST_COUNT = 83
/**
 * The ragged barrier: its number, Ps that have not passed it, and the P that waits for them.
 * atomic.
 */
export const FLUSH_NUMBER = 84
export const FLUSH_PENDING = 85
export const FLUSH_COORDINATOR = 86
/**
 * The CPU limiter (gc/work/cpu-limiter.ts): the lock of its update, 1 while it limits, and the
 * cycle in which that changed last. atomic.
 */
export const LIMITER_LOCK = 87
export const GC_CPU_LIMITED = 88
export const GC_CPU_LIMITED_CYCLE = 89

// ————— 96: the page heap

/** The page heap's lock (heap/page-heap.ts). */
export const PAGE_LOCK = 96
/**
 * The first page that no span has ever used: from there on the heap is all zeros. locked
 * (PAGE_LOCK); hint elsewhere.
 */
export const PAGES_END = 97
/** Pages in spans in use. locked (PAGE_LOCK); hint elsewhere. */
export const PAGES_IN_USE = 98
/**
 * Heads of the free runs by length: bins of 1 to 63 pages, the last for all longer ones. locked
 * (PAGE_LOCK).
 */
export const PAGE_BINS = 99
export const PAGE_BIN_COUNT = 64

// ————— 176: the sweep

/**
 * Sweepers at work, with SWEEP_DRAINED once every span was handed to one: the sweep is complete
 * when only that bit is left. atomic.
 */
export const SWEEPERS = 176
/** First span class that may still have unswept spans. atomic, monotone within a cycle. */
export const SWEEP_CLASS = 177
/** Pages swept in this cycle. atomic. */
export const PAGES_SWEPT = 178
/** PAGES_SWEPT and HEAP_LIVE when proportional sweep was paced. stopped. */
export const PAGES_SWEPT_BASIS = 179
export const HEAP_LIVE_BASIS = 180
/** Bytes that the sweep found marked this cycle, exactly. atomic. */
export const SWEPT_MARKED_BYTES = 181
/** The cycle whose sweep completion was announced. atomic. */
export const SWEEP_COMPLETE_CYCLE = 182
/**
 * Ps that wait for room in a full arena: while there are any, the sweep frees what it finds
 * quarantined. atomic.
 */
export const QUARANTINE_OPEN = 183

// ————— 192: goroutines

/**
 * The global run queue: its lock, first and last goroutine, length. locked; COUNT hint elsewhere.
 */
export const RUN_QUEUE_LOCK = 192
export const RUN_QUEUE_FIRST = 193
export const RUN_QUEUE_LAST = 194
export const RUN_QUEUE_COUNT = 195
/**
 * Goroutine records: the lock, the first free one, records ever used. locked (GOROUTINE_LOCK); NEXT
 * hint elsewhere.
 */
export const GOROUTINE_LOCK = 196
export const GOROUTINE_FREE = 197
export const GOROUTINE_NEXT = 198
/** Goroutines alive, started and finished. atomic. */
export const GOROUTINES_LIVE = 199
export const GOROUTINES_STARTED = 200
export const GOROUTINES_FINISHED = 201
/**
 * Wait records of channels (scheduler/waiters.ts): the lock, first free, ever used. locked
 * (WAITER_LOCK).
 */
export const WAITER_LOCK = 202
export const WAITER_FREE = 203
export const WAITER_NEXT = 204

// ————— 208: Ps that sleep, and the run

/** Ps that sleep, a bit each: two words, for P 0 to 31 and 32 to 63. atomic. */
export const SLEEPERS = 208
/**
 * Of these, the ones that sleep because they have no goroutine, and can run one: two words as well.
 * atomic.
 */
export const IDLERS = 210
/** Words of SLEEPERS, and of IDLERS. */
export const SLEEPER_WORDS = 2
/**
 * Ps that have no goroutine to run and sleep for one, in the low byte; above it, how often one has
 * left that state. atomic.
 */
export const IDLE_PS = 212
/** Timers set on all Ps. atomic. */
export const TIMERS = 213
/** `RUN_BOOTING`, `RUN_ACTIVE`, or how the run ended. atomic. */
export const RUN_STATE = 214
/** Ps that have imported the program. atomic; waited on. */
export const PS_BOOTED = 215
/** Waits whose time-out found its condition already true: must stay 0. atomic. */
export const RESCUES = 216
/** The host asks for a periodic cycle: set to 1, taken by a P. atomic. */
export const PERIODIC_WANTED = 217

// ————— 224: shadow stacks

/**
 * Stack segments (heap/stacks.ts): the lock, heads of the free lists by the size's power of two
 * (from STACK_MIN_LOG2), untouched end. locked (STACK_LOCK); NEXT hint elsewhere.
 */
export const STACK_LOCK = 224
export const STACK_FREE = 225
export const STACK_FREE_COUNT = 28
export const STACK_NEXT = 253
/** Words in stacks of goroutines that are alive. atomic. */
export const STACK_WORDS_IN_USE = 254

// ————— 256: what the program declares

/**
 * Declared types, tasks and globals: how many the first P to declare them has entered. locked
 * (DECLARE_LOCK).
 */
export const DECLARE_LOCK = 256
export const TYPES_DECLARED = 257
export const TASKS_DECLARED = 258
export const GLOBAL_WORDS = 259
/** References among the global words end here: the globals' scannable bytes. locked. */
export const GLOBAL_SLOTS = 260

// ————— 272: what the host takes

/**
 * The ring of cycle records: records written, those whose sweep is complete, those that the host
 * has taken. WRITTEN stopped, COMPLETE by the sweeper that completes the sweep, TAKEN by the host.
 * atomic.
 */
export const CYCLE_RECORDS_WRITTEN = 272
export const CYCLE_RECORDS_COMPLETE = 273
export const CYCLE_RECORDS_TAKEN = 274
/**
 * 1 while the newest record waits for its sweep. stopped, then the sweeper that completes the
 * sweep.
 */
export const CYCLE_RECORD_OPEN = 275
/** Records or events dropped because a ring was full. atomic. */
export const DROPPED = 276

/** 32-bit words in the control region. */
export const WORDS = 288

/** In TRIGGER and GOAL: there is none. */
export const NO_BYTES = 2 ** 31 - 1

// Phases of the collector, in PHASE.
export const PHASE_OFF = 0
export const PHASE_MARK = 1
export const PHASE_MARK_TERMINATION = 2

/** In IDLE_PS: the mask of the count, and what a P adds that is idle no more. */
export const IDLE_COUNT = 0xff
export const IDLE_LEFT = (1 << 8) - 1

/** Bit of SWEEPERS: no unswept span is left in any list. */
export const SWEEP_DRAINED = 1 << 30

// States of the run, in RUN_STATE.
export const RUN_BOOTING = 0
export const RUN_ACTIVE = 1
/** `main` has returned. */
export const RUN_FINISHED = 2
/** A P ended the run with an error. */
export const RUN_FAILED = 3
/** The host asked to stop (an abort, or a P that died). */
export const RUN_ABORTED = 4

/**
 * Doubles at `layout.measures`. Times are milliseconds of `now()`. Written in stops unless said
 * otherwise; read plainly: a double that stands on 8 bytes is not torn on the 64-bit machines that
 * Node runs on.
 */

/**
 * Scan work per allocated byte, and its inverse. Written by any P in revise(), as in Go: two words
 * that need not agree.
 */
export const ASSIST_WORK_PER_BYTE = 0
export const ASSIST_BYTES_PER_WORK = 1
/**
 * When the stop was asked for in which the world stands, and when all had stopped. Both by the P
 * that acts.
 */
export const STOP_REQUESTED_AT = 2
export const STOPPED_AT = 3
/** When the run began, by the host; and when the last mark phase ended. */
export const RUN_STARTED_AT = 4
export const LAST_CYCLE_AT = 5
/** When the running cycle's mark phase began. */
export const MARK_STARTED_AT = 6
/** Share of its time that each P spends as fractional worker. */
export const FRACTIONAL_GOAL = 7
/** Pages to sweep per allocated byte. Set to 0 by any P when nothing is left. */
export const SWEEP_PAGES_PER_BYTE = 8
/** The pause of the running cycle's setup stop. */
export const SETUP_PAUSE_MS = 9
/** Pauses of all stops of cycles so far. */
export const PAUSE_TOTAL_MS = 10
/** CPU-ms that all cycles took: assists, dedicated, fractional, idle workers, and Ps stopped. */
export const TOTAL_ASSIST_MS = 11
export const TOTAL_DEDICATED_MS = 12
export const TOTAL_FRACTIONAL_MS = 13
export const TOTAL_IDLE_MS = 14
export const TOTAL_STOPPED_MS = 15
/** The goal when the running cycle began, and what the last cycle marked. */
export const GOAL_AT_START = 16
export const HEAP_MARKED = 17
/** Scan work of the last cycle: heap, stacks. */
export const LAST_HEAP_SCAN = 18
export const LAST_STACK_SCAN = 19
/**
 * Heap live at which the pacer was told that the cycle began (Go's triggered), Infinity when no
 * cycle runs.
 */
export const TRIGGERED = 20
/** Hard goal of the pacer, and the goal before the 64 KiB rule, now. As TRIGGER. */
export const HARD_GOAL = 21
export const COMMITTED_GOAL = 22
/** HEAP_SCANNABLE when the running cycle began. */
export const SCANNABLE_AT_START = 23
/** HEAP_LIVE when the sweep of the last cycle began. */
export const SWEEP_BEGAN_LIVE = 24
/** The share of the CPU that the last cycle's mark took: the background's, and assists. */
export const PACER_UTILIZATION = 25
/** Expected scan work that the running cycle was planned with, and its dedicated workers. */
export const EXPECTED_SCAN_WORK = 26
export const DEDICATED_AT_START = 27
/**
 * The CPU limiter's bucket, when it was updated last, and the totals by then, all in ms. locked
 * (LIMITER_LOCK); LIMITER_UPDATED_AT hint elsewhere.
 */
export const LIMITER_LEVEL = 28
export const LIMITER_UPDATED_AT = 29
export const LIMITER_ASSISTED = 30
export const LIMITER_IDLED = 31
/**
 * The live heap with which the arena was full: the arena's size, or less since its spans had room
 * for other sizes only. Lowered by any P that finds no room (hint), raised again by an eighth of
 * the difference at each setup stop.
 */
export const ARENA_HOLDS = 32
/** The pacer's own state: PACER_STATE_COUNT doubles that it names itself. stopped. */
export const PACER_STATE = 40
export const PACER_STATE_COUNT = 64
/**
 * Rings of Go's MemStats: each cycle's pauses and end, in ns; newest at (cycles + 255) mod 256.
 * stopped.
 */
export const PAUSE_RING = 256
export const PAUSES = PACER_STATE + PACER_STATE_COUNT
export const PAUSE_ENDS = PAUSES + PAUSE_RING
/** The snapshot of gc/record/statistics.ts. stopped. */
export const STATISTICS = PAUSE_ENDS + PAUSE_RING
export const STATISTICS_COUNT = 16
/** Doubles in the measures region. */
export const DOUBLES = STATISTICS + STATISTICS_COUNT
