/**
 * The words that all Ps share: 32-bit words from the beginning of the meta buffer, and doubles at
 * `layout.measures`.
 *
 * Each word has its biography: what it holds, who writes it and in which phase, who reads it, and
 * how it is accessed.
 *
 *   atomic   through `#sync`, by any thread at any time
 *   stopped  written only by the actor of a stop; read plainly at any time. Every P passes an
 *            atomic operation between the write and its next read (the restart), so a plain read
 *            is never stale
 *   locked   read and written only by the holder of the named lock
 *   hint     read plainly or without the lock, where an old value only costs time; what depends on
 *            it is decided again with atomics or under the lock
 *
 * "atomic; hint" means that some reads are plain, and are hints. In a stopped world the actor may
 * read and write every word plainly. No P runs, and the actor has seen what all others wrote before
 * they stopped. A P that stands aside writes plainly only what records read (gc/world.ts).
 *
 * A group of words begins a cache line of its own (16 words). Words within a group share lines.
 * What many Ps write while a cycle marks (DRAINERS to GATE_RAISES) is one line.
 */

// ————— 0: stopping the world

/**
 * The stop word: Ps that run, reason, claim, epoch (scheduler/stop.ts). Any P changes it by CAS;
 * the actor stores it at the restart. atomic.
 */
export const STOP = 0
/**
 * Increased at each restart and at the end of the run. Ps that have stopped wait on it. Written by
 * the actor, and by the thread that ends the run. atomic.
 */
export const RESTARTS = 1

// ————— 16: the state of the collector. Plain reads on hot paths. While Ps run, only TRIGGER and
// GOAL may change, and only under a pacer whose goals are live.

/** What the collector does: `PHASE_OFF`, `PHASE_MARK`, `PHASE_MARK_TERMINATION`. stopped. */
export const PHASE = 16
/**
 * What must shade, a `SHADES_*`, from the setup stop to the end of the termination stop; else 0.
 * stopped.
 */
export const WRITE_BARRIER = 17
/**
 * 1 while workers and assists may blacken. Set last in the setup stop, and cleared first in the
 * termination stop that ends the mark: the barrier is on for longer. stopped.
 */
export const BLACKEN_ENABLED = 18
/** Cycles started. stopped. */
export const CYCLES = 19
/** Cycles whose mark phase has ended (Go's numgc). gc() and the gate wait for it. stopped. */
export const CYCLES_MARKED = 20
/** Go's sweep generation: 2 at first, +2 in each termination stop (heap/span.ts). stopped. */
export const HEAP_SWEEP_GENERATION = 21
/**
 * The heap trigger in bytes, NO_BYTES if there is none. Written with the goals, in setup,
 * termination and commit stops. stopped. Under a pacer whose goals are live, any P also writes it
 * at a refill: then hint.
 */
export const TRIGGER = 22
/** The heap goal in bytes, NO_BYTES if there is none. Written and read as TRIGGER is. */
export const GOAL = 23
/**
 * GOGC in percent, negative for off. Written before the program starts, and in commit stops.
 * stopped.
 */
export const GC_PERCENT = 24
/** Why the last cycle was started: a `CycleTrigger`. Written in the setup stop. stopped. */
export const CYCLE_TRIGGER = 25
/**
 * The most idle workers that may run in this cycle: as many as there are Ps that are no dedicated
 * worker. In a periodic cycle 0, or 1 if no worker is dedicated (gc/pacer/worker-counts.ts).
 * Written in the setup stop. stopped.
 */
export const IDLE_WORKERS_MAX = 26
/** Cycles forced by gc(), for the statistics. Written in the setup stop. stopped. */
export const CYCLES_FORCED = 27
/**
 * How often this cycle's mark went on after a termination stop that found work (R3). Reset in the
 * setup stop. stopped.
 */
export const TERMINATION_RESTARTS = 28
/**
 * `--check`: scan work (heap, stacks and globals) at which the running mark is verified in its
 * middle. 0: it is not, or has been. Set at the end of the setup stop, cleared in stops that
 * verify. stopped.
 */
export const VERIFY_AT = 29

// ————— 32: the live heap

/**
 * The live heap in bytes (Go's heapLive). Every free slot of a cached span counts, and what a
 * request has reserved at the gate. In a stop nothing is reserved. Any P changes it
 * (heap/live-heap.ts); the termination stop sets it to what was marked. atomic.
 */
export const HEAP_LIVE = 32
/**
 * An upper bound of the scannable heap in bytes: what the last mark scanned, and what was charged
 * for scan spans since. Any P changes it while no cycle marks (heap/cache.ts); during a mark it is
 * frozen. The termination stop sets it anew. atomic; plain reads where it is frozen or in stops.
 */
export const HEAP_SCANNABLE = 33
/**
 * The largest single request to the heap so far, in bytes: a refill or a large object. Any P raises
 * it by CAS after the request is charged, and before its next safepoint. For the record only.
 * atomic.
 */
export const LARGEST_REFILL = 34
/**
 * As many marks had ended (CYCLES_MARKED) when the gate's token was last taken, so it is there if
 * the two differ (gc/work/gate-token.ts). A P takes it by CAS; the actor of a stop that serves
 * requests takes it for others. atomic.
 */
export const GATE_TOKEN = 35

// ————— 48: marking

/** Drains under way, of workers and assists. Each P counts itself on and off. atomic. */
export const DRAINERS = 48
/**
 * Root jobs: the number of the next one, and how many there are. NEXT is a ticket that any P takes;
 * it may pass JOBS. Both are set in the setup stop. NEXT atomic, JOBS stopped.
 */
export const ROOT_NEXT = 49
export const ROOT_JOBS = 50
/**
 * Scan work done in this cycle, in bytes: heap, stacks, globals. Added to by any P that marks.
 * Reset in the setup stop. atomic.
 */
export const SCAN_WORK_HEAP = 51
export const SCAN_WORK_STACK = 52
export const SCAN_WORK_GLOBALS = 53
/**
 * Background credit, in bytes of scan work: what workers have done and no assist has claimed.
 * Workers add to it. Assists take from it by load and sub, so a race may leave it below 0. Reset in
 * the setup stop. atomic.
 */
export const BACKGROUND_CREDIT = 54
/** Roles of dedicated workers that no P holds (gc/work/roles.ts). Set in the setup stop. atomic. */
export const DEDICATED_NEEDED = 55
/**
 * Dedicated workers that offer their role to another P, since their slice is used up. It may be too
 * small for a moment, never too large. Reset in the setup stop. atomic.
 */
export const DEDICATED_OFFERS = 56
/**
 * Idle workers that run. A P adds itself first, then compares with IDLE_WORKERS_MAX, so it may be
 * too large for a moment. atomic.
 */
export const IDLE_WORKERS = 57
/**
 * Work buffers ever pushed to the full list. A change tells the coordinator that a P has published
 * work. atomic.
 */
export const PUBLICATIONS = 58
/**
 * Spans whose GREY flag is set: they hold grey objects for which there was no work buffer. Changed
 * by the marker that sets or clears the flag. atomic.
 */
export const GREY_SPANS = 59
/**
 * Wanted scans: goroutines that run and whose own P has been asked to scan the stack. The asker
 * adds before it asks, the P that has scanned subtracts after it has published. atomic.
 */
export const SCANS_WANTED = 60
/** 1 while a P runs the coordinator's protocol, which it took by CAS. atomic. */
export const TERMINATOR = 61
/**
 * Attempts to end this cycle's mark: how often the coordinator came to its `top`; under helping,
 * looks that found that the mark may be over. Reset in the setup stop. A P that stands aside may
 * add its attempt after the reset: it then counts for that cycle. atomic.
 */
export const TERMINATION_ATTEMPTS = 62
/**
 * Termination stops that Ps at the gate have asked for in this cycle, since they had waited for too
 * long. Reset in the setup stop. atomic.
 */
export const GATE_RAISES = 63

// ————— 64: work buffers

/**
 * The shared lists of work buffers (gc/mark/work-buffers.ts): the lock, then the heads of the full
 * and the empty list, as meta words of buffers; 0 for none. locked (WORK_LOCK). The account of the
 * overrun reads the lock itself, as a hint.
 */
export const WORK_LOCK = 64
export const WORK_FULL = 65
export const WORK_EMPTY = 66
/**
 * Buffers in the full list. Changed atomically by the holder of WORK_LOCK; read atomically without
 * the lock, by a P that looks for work or for the end of the mark. atomic.
 */
export const WORK_FULL_COUNT = 67
/**
 * Buffers that have ever been taken from the pool's untouched end. locked (WORK_LOCK); hint for the
 * terms of the memory limit.
 */
export const WORK_POOL_NEXT = 68

// ————— 80: assists, the ragged barrier, the CPU limiter

/**
 * The queue of Ps whose assists wait for credit (gc/work/assist-queue.ts): the lock, then the first
 * and the last P (its index + 1; 0 for none), and how many. locked (ASSIST_LOCK). COUNT is changed
 * under the lock as well, but atomically, and read atomically without it.
 */
export const ASSIST_LOCK = 80
export const ASSIST_FIRST = 81
export const ASSIST_LAST = 82
export const ASSIST_COUNT = 83
/**
 * The ragged barrier (scheduler/ragged-barrier.ts): how many there have been, how many Ps have
 * still to pass this one, and the P that coordinates it. NUMBER and COORDINATOR are written by the
 * coordinator. PENDING is set by it, and decremented by each P that passes, for itself or for
 * another. atomic.
 */
export const FLUSH_NUMBER = 84
export const FLUSH_PENDING = 85
export const FLUSH_COORDINATOR = 86
/**
 * The CPU limiter (gc/work/cpu-limiter.ts): the lock of its update, which any P tries; 1 while it
 * limits; and the cycle in which that changed last. The latter two are written by the holder of the
 * lock. atomic.
 */
export const LIMITER_LOCK = 87
export const GC_CPU_LIMITED = 88
export const GC_CPU_LIMITED_CYCLE = 89

// ————— 96: the page heap

/** The lock of the page heap and of the page table (heap/page-heap.ts). atomic. */
export const PAGE_LOCK = 96
/**
 * The first page that no span has ever used. From there on the heap is all zeros. It only grows.
 * locked (PAGE_LOCK); hint for the terms of the memory limit. A marker that walks flagged spans
 * reads it plainly: a span with a grey object was in use at the setup stop, so it lies below.
 */
export const PAGES_END = 97
/** Pages in spans in use. locked (PAGE_LOCK); hint for the terms of the memory limit. */
export const PAGES_IN_USE = 98
/**
 * Heads of the lists of free runs, by length: bins of 1 to 63 pages, and the last bin for all
 * longer ones. Each is the first page of a run, 0 for none. locked (PAGE_LOCK).
 */
export const PAGE_BINS = 99
export const PAGE_BIN_COUNT = 64

// ————— 176: the sweep

/**
 * Sweepers at work, and the bit SWEEP_DRAINED once no unswept span is left to take. The sweep is
 * complete when only that bit is left (heap/sweep-span.ts). Set to 0 in the termination stop.
 * atomic.
 */
export const SWEEPERS = 176
/**
 * The first span class that may still have unswept spans. Sweepers raise it by CAS; it only grows
 * within a sweep. Set to 0 in the termination stop. atomic.
 */
export const SWEEP_CLASS = 177
/** Pages swept since the last termination stop, which sets it to 0. Sweepers add to it. atomic. */
export const PAGES_SWEPT = 178
/**
 * PAGES_SWEPT and HEAP_LIVE when the proportional sweep was paced last, in a termination or commit
 * stop. stopped.
 */
export const PAGES_SWEPT_BASIS = 179
export const HEAP_LIVE_BASIS = 180
/**
 * Bytes that this sweep has found marked: exact, where HEAP_MARKED counts visits. Sweepers add to
 * it. Set to 0 in the termination stop. atomic.
 */
export const SWEPT_MARKED_BYTES = 181
/**
 * The last cycle whose sweep is complete. Moved by CAS by the sweeper that completes the sweep, so
 * that a second completion is found. atomic.
 */
export const SWEEP_COMPLETE_CYCLE = 182
/**
 * `--check`: Ps that make room in a full arena. While there are any, a sweep frees what it would
 * keep in quarantine. atomic.
 */
export const QUARANTINE_OPEN = 183

// ————— 192: goroutines

/**
 * The global run queue (scheduler/run-queues.ts): its lock, the first and the last goroutine, and
 * how many. locked (RUN_QUEUE_LOCK). COUNT is stored atomically under the lock, and read atomically
 * without it.
 */
export const RUN_QUEUE_LOCK = 192
export const RUN_QUEUE_FIRST = 193
export const RUN_QUEUE_LAST = 194
export const RUN_QUEUE_COUNT = 195
/**
 * Goroutine records (scheduler/goroutines.ts): the lock, the first free record, and the highest
 * number ever used. locked (GOROUTINE_LOCK). The setup stop reads NEXT to count root jobs; others
 * that read it without the lock only describe the run.
 */
export const GOROUTINE_LOCK = 196
export const GOROUTINE_FREE = 197
export const GOROUTINE_NEXT = 198
/**
 * Goroutines that live, that were ever made, and that have ended. Written by the P that makes a
 * record or frees one. atomic.
 */
export const GOROUTINES_LIVE = 199
export const GOROUTINES_STARTED = 200
export const GOROUTINES_FINISHED = 201
/**
 * Wait records (scheduler/waiters.ts): the lock, the first free record, and the highest number ever
 * used. locked (WAITER_LOCK).
 */
export const WAITER_LOCK = 202
export const WAITER_FREE = 203
export const WAITER_NEXT = 204

// ————— 208: Ps that sleep, and the run

/**
 * Ps that sleep or are about to, a bit for each: two words, for P 0 to 31 and 32 to 63. A P sets
 * and clears its own bit; a P that wakes one of several clears the bit of that P
 * (scheduler/sleepers.ts). atomic.
 */
export const SLEEPERS = 208
/**
 * Of these, the Ps that have no goroutine and could run one; a P that is blocked in place could
 * not. Two words, as SLEEPERS. atomic.
 */
export const IDLERS = 210
/** Words of SLEEPERS, and of IDLERS. */
export const SLEEPER_WORDS = 2
/**
 * Idle Ps in the low byte: they have no goroutine to run, and sleep until there is one. Above it,
 * how often a P has left that state (scheduler/deadlock.ts). Each P adds for itself. atomic.
 */
export const IDLE_PS = 212
/** Timers that are set, of all Ps. Each P adds and subtracts its own. atomic. */
export const TIMERS = 213
/**
 * `RUN_BOOTING`, `RUN_ACTIVE`, or how the run ended. The last P to boot makes the run active. One
 * thread ends it, by CAS: a P or the host. Ps that have booted wait on it. atomic.
 */
export const RUN_STATE = 214
/** Ps that have imported the program. Each adds itself; the last makes the run active. atomic. */
export const PS_BOOTED = 215
/**
 * Rescues: waits that only their net ended, though a publication should have
 * (scheduler/sleeping.ts). It must stay 0. atomic.
 */
export const RESCUES = 216
/**
 * 1 while the host asks for a periodic cycle. The host sets it; the P that starts the cycle clears
 * it. atomic; hint in the loop of a P.
 */
export const PERIODIC_WANTED = 217

// ————— 224: shadow stacks

/**
 * Stack segments (heap/stacks.ts): the lock, the heads of the free lists by the power of two of
 * their size (those below STACK_MIN_LOG2 stay empty), and where the untouched end begins. locked
 * (STACK_LOCK); NEXT is a hint for the terms of the memory limit.
 */
export const STACK_LOCK = 224
export const STACK_FREE = 225
export const STACK_FREE_COUNT = 28
export const STACK_NEXT = 253
/**
 * Words in stacks of goroutines that live. Changed by the P that takes or frees a segment. atomic;
 * hint for the pacer.
 */
export const STACK_WORDS_IN_USE = 254

// ————— 256: what the program declares

/**
 * What the program declares (runtime/program/declarations.ts): the lock; types and tasks, as many
 * as the first P to declare them has entered; and words of globals that hold numbers. Written while
 * the Ps boot, and constant once the program runs. locked (DECLARE_LOCK).
 */
export const DECLARE_LOCK = 256
export const TYPES_DECLARED = 257
export const TASKS_DECLARED = 258
export const GLOBAL_WORDS = 259
/**
 * Words of globals that hold references: these are scanned. Written as the words before, so markers
 * and the pacer read it plainly. locked (DECLARE_LOCK) until the program runs.
 */
export const GLOBAL_SLOTS = 260

// ————— 272: what the host takes

/**
 * The ring of cycle records (gc/record/cycle-record.ts): how many were written, by the actor of a
 * termination stop; how many have a complete sweep, by the sweeper that completes it; and how many
 * the host has taken, by the host. atomic.
 */
export const CYCLE_RECORDS_WRITTEN = 272
export const CYCLE_RECORDS_COMPLETE = 273
export const CYCLE_RECORDS_TAKEN = 274
/**
 * 1 while the newest record waits for what its sweep finds. Set in the termination stop, cleared
 * there if the ring is full, or by the sweeper that completes the sweep. Plain: the sweep that
 * completes lies between two stops.
 */
export const CYCLE_RECORD_OPEN = 275
/** Cycle records and trace events that were dropped since a ring was full. atomic. */
export const DROPPED = 276

/** 32-bit words in the control region. */
export const WORDS = 288

/** In TRIGGER and GOAL: there is none. */
export const NO_BYTES = 2 ** 31 - 1

// Phases of the collector, in PHASE.
export const PHASE_OFF = 0
export const PHASE_MARK = 1
export const PHASE_MARK_TERMINATION = 2

// In WRITE_BARRIER: what must shade. Stores of references, or also what a goroutine puts on its own
// stack (gc/mark/remote-scan.ts).
export const SHADES_STORES = 1
export const SHADES_PUSHES = 2

/**
 * In IDLE_PS: the mask of the count of idle Ps, and what a P adds when it is idle no more. That
 * adds 1 to the count above the low byte, and takes 1 from the low byte.
 */
export const IDLE_COUNT = 0xff
export const IDLE_LEFT = (1 << 8) - 1

/** Bit of SWEEPERS: no unswept span is left to take. Sweepers may still be at work. */
export const SWEEP_DRAINED = 1 << 30

// States of the run, in RUN_STATE.
export const RUN_BOOTING = 0
export const RUN_ACTIVE = 1
/** `main` has returned. */
export const RUN_FINISHED = 2
/** A P ended the run with an error. */
export const RUN_FAILED = 3
/** The host ended the run: it was aborted, or a P died. */
export const RUN_ABORTED = 4

/**
 * Doubles at `layout.measures`. Times are in milliseconds of `now()`. Each is stopped unless said
 * otherwise. All accesses are plain, since there are no atomic ones for doubles. A double begins at
 * a multiple of 8 bytes, so the 64-bit machines that Node runs on do not tear it.
 */

/**
 * The assist ratio: scan work due for each byte allocated, and its inverse. Any P writes both at a
 * refill while a cycle marks, and the last to write wins, as in Go. So the two need not agree.
 * hint.
 */
export const ASSIST_WORK_PER_BYTE = 0
export const ASSIST_BYTES_PER_WORK = 1
/**
 * When a P began to raise the stop in which the world stands, and when all Ps had stopped. The
 * actor writes both when it has claimed the stop.
 */
export const STOP_REQUESTED_AT = 2
export const STOPPED_AT = 3
/**
 * When the run became active: written by the last P to boot. And when the last mark phase ended, 0
 * if none has. The host also sets the latter when it asks for a periodic cycle, so that it does not
 * ask again at once.
 */
export const RUN_STARTED_AT = 4
export const LAST_CYCLE_AT = 5
/** When the last cycle's mark phase began: at the end of its setup stop. */
export const MARK_STARTED_AT = 6
/** The share of its time that each P spends as a fractional worker in this cycle; 0 for none. */
export const FRACTIONAL_GOAL = 7
/**
 * Pages to sweep for each allocated byte. Set when the sweep is paced, in a stop. Any P sets it to
 * 0 when it finds no span left to take.
 */
export const SWEEP_PAGES_PER_BYTE = 8
/** The pause of the last cycle's setup stop, in ms. */
export const SETUP_PAUSE_MS = 9
/** The pauses of all stops of cycles so far, in ms. */
export const PAUSE_TOTAL_MS = 10
/**
 * CPU time in ms that the collector took in all cycles so far (gc/record/cycle-facts.ts). Added to
 * in the termination stop; read for MemStats.
 */
export const GC_CPU_MS = 11
/** The goal as the last setup stop set it; the overrun is counted from it. */
export const GOAL_AT_START = 16
/** What the last cycle marked, in bytes. An object that two markers visited counts twice. */
export const HEAP_MARKED = 17
/** Scan work of the last cycle in bytes: heap, and stacks. Written in the termination stop. */
export const LAST_HEAP_SCAN = 18
export const LAST_STACK_SCAN = 19
/** HEAP_LIVE when the running cycle began (Go's triggered); Infinity if no cycle runs. */
export const TRIGGERED = 20
/**
 * The hard goal, and the committed goal: the goal before the rule that gives a starting cycle 64
 * KiB of room. Written and read as TRIGGER is.
 */
export const HARD_GOAL = 21
export const COMMITTED_GOAL = 22
/** HEAP_SCANNABLE when the last cycle began. */
export const SCANNABLE_AT_START = 23
/** HEAP_LIVE when the sweep of the last cycle began: at the end of its termination stop. */
export const SWEEP_BEGAN_LIVE = 24
/**
 * The share of the CPU that the last cycle's mark took: the quarter that the background is assumed
 * to take, and the measured share of assists.
 */
export const PACER_UTILIZATION = 25
/**
 * The scan work in bytes that the last cycle was expected to need, and the dedicated workers that
 * it was given. Written in the setup stop.
 */
export const EXPECTED_SCAN_WORK = 26
export const DEDICATED_AT_START = 27
/**
 * The CPU limiter: what its bucket holds, when it was updated last, and the totals of assists and
 * of idle time by then, all in ms. locked (LIMITER_LOCK); a P reads LIMITER_UPDATED_AT without the
 * lock, as a hint, to see whether an update is due.
 */
export const LIMITER_LEVEL = 28
export const LIMITER_UPDATED_AT = 29
export const LIMITER_ASSISTED = 30
export const LIMITER_IDLED = 31
/**
 * The live heap in bytes at which the arena is full. It is the arena's size at first. It is less
 * once a request found no page, since spans had room for other sizes only. Any P that finds no page
 * lowers it; of two that do at once, one may be lost. Each setup stop raises it by an eighth of
 * what is missing to the arena's size. hint.
 */
export const ARENA_HOLDS = 32
/**
 * The pacer's own state: PACER_STATE_COUNT doubles, which the pacer names. Written in stops, by its
 * hooks (gc/pacer/pacer.ts); any P reads it at a refill. stopped.
 */
export const PACER_STATE = 40
export const PACER_STATE_COUNT = 64
/**
 * Two rings for MemStats, as Go's: the pauses of each cycle and when they ended, in ns. The newest
 * is at (cycles + 255) mod 256. Written in the termination stop. stopped.
 */
export const PAUSE_RING = 256
export const PAUSES = PACER_STATE + PACER_STATE_COUNT
export const PAUSE_ENDS = PAUSES + PAUSE_RING
/**
 * The last snapshot of gc/record/statistics.ts. Written in a statistics stop, or by the host once
 * no P runs. stopped.
 */
export const STATISTICS = PAUSE_ENDS + PAUSE_RING
export const STATISTICS_COUNT = 16
/** Doubles in the measures region. */
export const DOUBLES = STATISTICS + STATISTICS_COUNT
