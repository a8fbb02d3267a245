/**
 * The words that all Ps share: 32-bit words at `layout.control`, doubles at `layout.measures`.
 *
 * Each word has its biography: who writes it, in which phase, and how it is accessed.
 *   atomic   through `#sync` by any thread at any time
 *   stopped  written only while the world is stopped, read plainly at any time: every P passes an atomic operation between
 *            the write and its next read (the restart), so a plain read is never stale
 *   locked   read and written only by the holder of the named lock
 *   hint     read plainly where an old value only costs time; every decision is taken again with atomics
 * Words that many Ps write stand on cache lines of their own (16 words).
 */

/** The stop word: running Ps, reason, claimed, epoch (scheduler/stop.ts). atomic. */
export const STOP = 0
/** Bumped at each restart; stopped Ps wait on it. atomic. */
export const RESTARTS = 1

/** What the collector does: `PHASE_OFF`, `PHASE_MARK`, `PHASE_MARK_TERMINATION`. stopped. */
export const PHASE = 16
/** 1 while stores of references must shade: in mark and mark termination. stopped. */
export const WRITE_BARRIER = 17
/** 1 while workers and assists may blacken: a narrower window than the barrier's. stopped. */
export const BLACKEN_ENABLED = 18
/** Cycles started. stopped. */
export const CYCLES = 19
/** Cycles whose mark phase has ended (Go's numgc). stopped; waited on by gc(). */
export const CYCLES_MARKED = 20
/** Go's sweep generation, +2 a cycle (heap/span.ts). stopped. */
export const SWEEP_GENERATION = 21
/** Heap trigger in bytes, 2^31−1 when there is none. stopped. */
export const TRIGGER = 22
/** Heap goal in bytes, 2^31−1 when there is none. stopped. */
export const GOAL = 23
/** GOGC in percent, negative is off. stopped. */
export const GC_PERCENT = 24
/** Why the running cycle was started: a `CycleTrigger`. stopped. */
export const CYCLE_TRIGGER = 26
/** 1 if an idle P may help to mark this cycle, else 0: the largest number of idle workers. stopped. */
export const IDLE_WORKERS_MAX = 27
/** Cycles forced by gc(). stopped. */
export const CYCLES_FORCED = 28
/** How often the running cycle's mark restarted after its termination stop (R3). stopped. */
export const TERMINATION_RESTARTS = 29
/** `--check`: heap scan work at which the running mark is verified in its middle; 0: not, or no more. stopped. */
export const VERIFY_AT = 31
/** Index of the first page that no span has ever used: from there on the heap is all zeros. locked (PAGE_LOCK); hint elsewhere. */
export const PAGES_END = 30

/** Live heap in bytes, every free slot of a cached span included (Go's heapLive), and what the gate has reserved; in a stop nothing is. atomic. */
export const HEAP_LIVE = 32
/** Bytes in scan spans acquired since the last cycle: the upper bound of scannable heap. atomic; frozen during mark. */
export const HEAP_SCANNABLE = 33
/** The largest single request to the heap so far: a span refill or a large object. hint, raised by compare-and-swap. */
export const LARGEST_REFILL = 34

/** Workers and assists that drain now. atomic. */
export const DRAINERS = 48
/** Root job tickets: the next one, and their number. NEXT atomic, JOBS stopped. */
export const ROOT_NEXT = 49
export const ROOT_JOBS = 50
/** Scan work done this cycle, in bytes: heap, stacks, globals. atomic; reset in the setup stop. */
export const SCAN_WORK_HEAP = 51
export const SCAN_WORK_STACK = 52
export const SCAN_WORK_GLOBALS = 53
/** Scan work done by background workers that assists may take; may fall below 0 by a race. atomic. */
export const BACKGROUND_CREDIT = 54
/** Dedicated workers still to be started. atomic. */
export const DEDICATED_NEEDED = 55
/** Idle workers that run. atomic. */
export const IDLE_WORKERS = 56
/** Work buffers ever pushed to the full list: a change tells that somebody published work. atomic. */
export const PUBLICATIONS = 57
/** Attempts to end this cycle's mark: entries at the coordinator's `top`; under helping, stops that were due. One that is made aside may count for the cycle after. atomic. */
export const TERMINATION_ATTEMPTS = 58
/** Stops that requests at the gate have asked for in this cycle, when they had waited for too long. atomic. */
export const GATE_RAISES = 168
/** 1 while a P runs the termination protocol. atomic. */
export const TERMINATOR = 59
/** Dedicated workers that would hand their role over, their slice being used up. atomic. */
export const DEDICATED_OFFERS = 61
/** The ragged barrier: its number, Ps that have not passed it, and the P that waits for them. atomic. */
export const FLUSH_NUMBER = 62
export const FLUSH_PENDING = 63
export const FLUSH_COORDINATOR = 69
/** Spans that hold grey objects which no work buffer had room for. atomic. */
export const GREY_SPANS = 60

/** Work buffer lists: the lock, then the heads (word offsets of buffers, 0 = none) and lengths. locked (WORK_LOCK). */
export const WORK_LOCK = 64
export const WORK_FULL = 65
export const WORK_EMPTY = 66
/** Buffers in the full list. locked; hint elsewhere, atomic where termination looks. */
export const WORK_FULL_COUNT = 67
/** Buffers handed out so far from the pool's untouched end. locked (WORK_LOCK); hint elsewhere. */
export const WORK_POOL_NEXT = 68

/** The queue of assists that wait for credit: lock, then first, last (P + 1, 0 = none) and length. locked; COUNT atomic. */
export const ASSIST_LOCK = 80
export const ASSIST_FIRST = 81
export const ASSIST_LAST = 82
export const ASSIST_COUNT = 83

/** The page heap's lock (heap/page-heap.ts). */
export const PAGE_LOCK = 96
/** Pages in spans in use. locked (PAGE_LOCK); hint elsewhere. */
export const PAGES_IN_USE = 97
/** Heads of the free runs by length: bins of 1 to 63 pages, the last for all longer ones. locked (PAGE_LOCK). */
export const PAGE_BINS = 98
export const PAGE_BIN_COUNT = 64

/** Running goroutines whose stack scan was asked for and is not done. atomic. */
export const SCANS_WANTED = 164
/** The CPU limiter (gc/work/cpu-limiter.ts): the lock of its update, 1 while it limits, and the cycle in which that changed last. All atomic. */
export const LIMITER_LOCK = 165
export const GC_CPU_LIMITED = 166
export const GC_CPU_LIMITED_CYCLE = 167

/** Sweepers at work, with SWEEP_DRAINED once every span was handed to one: the sweep is complete when only that bit is left. atomic. */
export const SWEEPERS = 176
/** First span class that may still have unswept spans. atomic, monotone within a cycle. */
export const SWEEP_CLASS = 178
/** Pages swept in this cycle. atomic. */
export const PAGES_SWEPT = 179
/** PAGES_SWEPT and HEAP_LIVE when proportional sweep was paced. stopped. */
export const PAGES_SWEPT_BASIS = 180
export const HEAP_LIVE_BASIS = 181
/** Bytes that the sweep found marked this cycle, exactly. atomic. */
export const SWEPT_MARKED_BYTES = 183
/** The cycle whose sweep completion was announced. atomic. */
export const SWEEP_ANNOUNCED = 184

/** Scheduler: the global run queue, its lock, first and last goroutine, length. locked; COUNT hint elsewhere. */
export const GLOBAL_LOCK = 192
export const GLOBAL_FIRST = 193
export const GLOBAL_LAST = 194
export const GLOBAL_COUNT = 195
/** Free goroutine records: the lock and first; records ever used; goroutines alive. locked; LIVE atomic. */
export const GOROUTINE_LOCK = 196
export const GOROUTINE_FREE = 197
export const GOROUTINE_NEXT = 198
export const GOROUTINES_LIVE = 199
/** Goroutines started and finished. atomic. */
export const GOROUTINES_STARTED = 200
export const GOROUTINES_FINISHED = 201
/** Wait records of channels (scheduler/waiters.ts): the lock, first free, ever used. locked. */
export const WAITER_LOCK = 202
export const WAITER_FREE = 203
export const WAITER_NEXT = 204
/** Ps that sleep, a bit each: P 0 to 31, then 32 to 63. atomic. */
export const SLEEPERS_LOW = 208
export const SLEEPERS_HIGH = 209
/** Of these, the ones that sleep for want of a goroutine, and can run one: two words as well. atomic. */
export const IDLERS = 205
/** Ps that have no goroutine to run and sleep for one, in the low byte; above it, how often one has left that state. atomic. */
export const IDLE_PS = 210
/** Timers set on all Ps. atomic. */
export const TIMERS = 211
/** `RUN_BOOTING`, `RUN_ACTIVE`, or how the run ended. atomic. */
export const RUN_STATE = 212
/** Ps that have imported the program. atomic; waited on. */
export const PS_BOOTED = 213
/** Ps that have left their loop. atomic; the host waits for it. */
export const PS_DONE = 214
/** Waits whose time-out found its condition already true: must stay 0. atomic. */
export const RESCUES = 215
/** The host asks for a periodic cycle: set to 1, taken by a P. atomic. */
export const PERIODIC_WANTED = 216

/** Stack segments (heap/stacks.ts): the lock, heads of the free lists by the size's power of two (from STACK_MIN_LOG2), untouched end. locked; NEXT hint elsewhere. */
export const STACK_LOCK = 224
export const STACK_FREE = 225
export const STACK_FREE_COUNT = 28
export const STACK_NEXT = 253
/** Words in stacks of goroutines that are alive. atomic. */
export const STACK_WORDS_IN_USE = 254

/** Declared types, tasks and globals: how many the first P to declare them has entered. locked (DECLARE_LOCK). */
export const DECLARE_LOCK = 256
export const TYPES_DECLARED = 257
export const TASKS_DECLARED = 258
export const GLOBAL_WORDS = 259
/** References among the global words end here: the globals' scannable bytes. locked. */
export const GLOBAL_SLOTS = 260

/** The ring of cycle records: records written, and records that the host has taken. WRITTEN stopped; TAKEN by the host. atomic. */
export const CYCLE_RECORDS_WRITTEN = 272
export const CYCLE_RECORDS_COMPLETE = 273
export const CYCLE_RECORDS_TAKEN = 274
/** 1 while the newest record waits for its sweep. stopped, then the sweeper that completes the sweep. */
export const CYCLE_RECORD_OPEN = 279
/** Records or events dropped because a ring was full. atomic. */
export const DROPPED = 275
/** Bumped by Ps when there is something for the host (a record, the end). It looks every few milliseconds in any case. atomic. */
export const HOST_NEWS = 276
/** Quarantined slots released early because the arena was full, in bytes. atomic. */
export const QUARANTINE_RELEASED = 277
/** Ps that wait for room in a full arena: while there are any, the sweep frees what it finds quarantined. atomic. */
export const QUARANTINE_OPEN = 278

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
 * Doubles at `layout.measures`. Times are milliseconds of `now()`. Written in stops unless said otherwise; read plainly: a
 * double that stands on 8 bytes is not torn on the 64-bit machines that Node runs on.
 */
/** Scan work per allocated byte, and its inverse. Written by any P in revise(), as in Go: two words that need not agree. */
export const ASSIST_WORK_PER_BYTE = 0
export const ASSIST_BYTES_PER_WORK = 1
/** When the stop was asked for in which the world stands, and when all had stopped. Both by the P that acts. */
export const STOP_REQUESTED_AT = 2
export const STOPPED_AT = 3
/** When the world restarted last. */
export const RESTARTED_AT = 4
/** When the run began, and when the last mark phase ended. */
export const RUN_STARTED_AT = 5
export const LAST_CYCLE_AT = 6
/** When the running cycle's mark phase began. */
export const MARK_STARTED_AT = 8
/** Share of its time that each P spends as fractional worker. */
export const FRACTIONAL_GOAL = 9
/** Pages to sweep per allocated byte. Set to 0 by any P when nothing is left. */
export const SWEEP_PAGES_PER_BYTE = 10
/** The pause of the running cycle's setup stop. */
export const SETUP_PAUSE_MS = 11
/** Pauses of all stops so far, in ms. */
export const PAUSE_TOTAL_MS = 13
/** CPU-ms that all cycles took: assists, dedicated, fractional, idle workers, and Ps stopped. */
export const TOTAL_ASSIST_MS = 14
export const TOTAL_DEDICATED_MS = 15
export const TOTAL_FRACTIONAL_MS = 16
export const TOTAL_IDLE_MS = 17
export const TOTAL_STOPPED_MS = 18
/** The goal when the running cycle began, and what the last cycle marked. */
export const GOAL_AT_START = 20
export const HEAP_MARKED = 21
/** Scan work of the last cycle: heap, stacks. */
export const LAST_HEAP_SCAN = 22
export const LAST_STACK_SCAN = 23
/** Heap live at which the pacer was told that the cycle began (Go's triggered), Infinity when no cycle runs. */
export const TRIGGERED = 26
/** Hard goal of the pacer, and the goal before the 64 KiB rule, now. */
export const HARD_GOAL = 30
export const COMMITTED_GOAL = 31
export const SCANNABLE_AT_START = 32
export const SWEEP_BEGAN_LIVE = 35
export const PACER_UTILIZATION = 36
/** Expected scan work that the running cycle was planned with, and its dedicated workers. */
export const EXPECTED_SCAN_WORK = 38
export const DEDICATED_AT_START = 39
/** The CPU limiter's bucket, when it was updated last, and the totals by then, all in ms. locked (LIMITER_LOCK); LIMITER_UPDATED_AT hint elsewhere. */
export const LIMITER_LEVEL = 41
export const LIMITER_UPDATED_AT = 42
export const LIMITER_ASSISTED = 43
export const LIMITER_IDLED = 44
/**
 * The live heap with which the arena was full: the arena's size, or less since its spans had room for other sizes only. Lowered by any P that finds no room (hint), raised again by an
 * eighth of the difference at each setup stop.
 */
export const ARENA_HOLDS = 45
/** The pacer's own state: PACER_STATE_COUNT doubles that it names itself. stopped. */
export const PACER_STATE = 48
export const PACER_STATE_COUNT = 64
/** Rings of Go's MemStats: each cycle's pauses and end, in ns; newest at (cycles + 255) mod 256. stopped. */
export const PAUSE_RING = 256
export const PAUSES = PACER_STATE + PACER_STATE_COUNT
export const PAUSE_ENDS = PAUSES + PAUSE_RING
/** The snapshot of gc/record/statistics.ts. stopped. */
export const STATISTICS = PAUSE_ENDS + PAUSE_RING
export const STATISTICS_COUNT = 16
/** Doubles in the measures region. */
export const DOUBLES = STATISTICS + STATISTICS_COUNT
