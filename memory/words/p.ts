/**
 * The words of one P: 32-bit words from `layout.ps`, doubles from `layout.pMeasures`, WORDS and
 * DOUBLES for each P (Memory.pWord, Memory.pDouble).
 *
 * `owner` words are read and written plainly by the thread that is the P, and by the P that acts in
 * a stopped world. Anybody may look at them: the heap is a glass box, and an old value misleads
 * nobody but an observer.
 */

/**
 * Why the P must leave its fast paths: `POLL_*` bits, 0 for nothing. Set by any thread (atomic),
 * cleared by the owner. The owner's polls are plain loads: V8 does not hoist them (a test would
 * notice).
 */
export const POLL = 0
/** Bumped to wake the P from its sleep; it waits on it. atomic. */
export const WAKE = 1
/** `STATUS_*`: not booted, running, waiting. Written by the owner, atomic; read by everyone. */
export const STATUS = 2
/** The goroutine that the P runs, 0 for none. owner. */
export const GOROUTINE = 3
/** What the P does, for a person who asks who keeps a stop waiting: an `ACTIVITY_*`. owner. */
export const ACTIVITY = 4
/**
 * Goroutines alive that belong to this P: placed here and not stolen, or run here. atomic; a hint
 * for a P that places one.
 */
export const LIVE = 5
/** The most that LIVE ever was. atomic (raised by compare-and-swap). */
export const PEAK_LIVE = 6
/** First goroutine of the ready list that any thread pushes to (linked by NEXT). atomic. */
export const READY = 7
/**
 * Ring of goroutines that have not run: goroutines ever taken and ever put, and its lock. locked
 * (RING_LOCK); hint elsewhere, atomic where a P is about to sleep.
 */
export const RING_HEAD = 8
export const RING_TAIL = 9
export const RING_LOCK = 10
/**
 * Whether a dedicated worker runs here, and whether another P may have its role: a `ROLE_*`
 * (gc/work/roles.ts). atomic, plain loads by its owner while HELD, hint elsewhere; reset in the
 * setup stop.
 */
export const ROLE = 11
/**
 * Barrier flush requested by the ragged barrier: its number; and the last number served. atomic.
 */
export const FLUSH_WANTED = 12
export const FLUSH_SERVED = 13
/** Entries in the barrier buffer. owner. */
export const BARRIER_COUNT = 14
/**
 * Publication: stored and loaded atomically after a refill, so that a marker that meets a new
 * object finds it black. owner.
 */
export const PUBLISHED = 15
/** Next P in the assist queue (P + 1). locked (ASSIST_LOCK). */
export const ASSIST_NEXT = 16
/** 1 while the P stands in the assist queue. Written under ASSIST_LOCK; atomic. */
export const ASSIST_QUEUED = 17
/**
 * Where this P is in the termination, or a fault stalls it: 0, or a place of gc/record/place.ts.
 * owner, also while it stands aside and another P acts; set to 0 in the setup stop and at the end
 * of a mark; hint elsewhere.
 */
export const PLACE = 18
/**
 * The place at which the host's collector held this P up in this cycle, or 0. owner; reset in the
 * setup stop.
 */
export const V8_PLACE = 19
/**
 * Drains that this P is in: one, or two where a worker runs at a safepoint of a drain at the gate.
 * atomic, changed by the owner.
 */
export const DRAINING = 20
/**
 * setGCPercent: 1 while the P asks for another GOGC, and which; then the one that it replaced.
 * owner; taken and answered in a commit stop, by whichever P it was raised.
 */
export const GC_PERCENT_IS_ASKED = 21
export const GC_PERCENT_ASKED = 22
export const GC_PERCENT_REPLACED = 23
/**
 * A request that found no room, for the P that collects in a stop: its bytes, 0: none; 1 if it is
 * of a type without references; and the word of its goroutine's shadow stack that the object is put
 * into. Written by the owner before that stop. The actor sets the first to 0 when the request is
 * served or there is no room.
 */
export const WANTED_BYTES = 24
export const WANTED_NOSCAN = 25
export const WANTED_SLOT = 26
/**
 * Bytes of the span, or of the large object, that this P has taken for an object that its goroutine
 * does not have yet; 0: none. owner, and the actor that serves its request.
 */
export const IN_FLIGHT_BYTES = 27

/** Cache of spans: for each span class CURSOR, LIMIT, SPAN, RUN_START. owner. */
export const CACHE = 32
export const CACHE_WORDS = 4
/**
 * Next free address, and the end of the free run that is being filled. CURSOR ≤ LIMIT; equal (0)
 * when there is no run.
 */
export const CURSOR = 0
export const LIMIT = 1
/** The cached span (its first page), 0 for none. */
export const SPAN = 2
/** Where the run began: what lies below CURSOR has been allocated. */
export const RUN_START = 3

/**
 * 66 size classes (0: large objects), each scan and noscan, and room for Go's two that are left
 * out.
 */
export const SPAN_CLASSES = 136

/** The write barrier's buffer: 256 pairs (value overwritten, value written). owner. */
export const BARRIER = CACHE + SPAN_CLASSES * CACHE_WORDS
export const BARRIER_PAIRS = 256

/** The ring's slots: goroutine ids. locked (RING_LOCK). */
export const RING = BARRIER + 2 * BARRIER_PAIRS
export const RING_SLOTS = 256

/**
 * Under `--fault`, for each point (memory/fault-points.ts): passes, strikes, cycles in which this P
 * was the first struck: owner. Of P 0, the last such cycle: atomic.
 */
export const FAULT_COUNTS = RING + RING_SLOTS
export const MAX_FAULT_POINTS = 64
export const FAULT_WORDS = 4

/** 32-bit words of one P. */
export const WORDS = FAULT_COUNTS + FAULT_WORDS * MAX_FAULT_POINTS

// Bits of POLL.
/** A stop is raised. */
export const POLL_STOP = 1
/** Somebody wants this P's barrier buffer and work buffers flushed. */
export const POLL_FLUSH = 2
/** Somebody wants the running goroutine's stack scanned. */
export const POLL_SCAN = 4
/** The run is over: the goroutine must be left. */
export const POLL_END = 8
/** Every allocation takes the slow path: `--check`, `--zeal`. Never cleared. */
export const POLL_ALWAYS = 16

// Values of STATUS.
export const STATUS_ABSENT = 0
export const STATUS_RUNNING = 1
export const STATUS_WAITING = 2

// Values of ROLE.
export const ROLE_NONE = 0
export const ROLE_HELD = 1
export const ROLE_OFFERED = 2

// Values of ACTIVITY.
export const ACTIVITY_SCHEDULING = 0
export const ACTIVITY_GOROUTINE = 1
export const ACTIVITY_MARKING = 2
/** The runtime copies something large for the goroutine, where no safepoint may be. */
export const ACTIVITY_COPYING = 3
export const ACTIVITY_TERMINATING = 4
export const ACTIVITY_STOPPED = 5
export const ACTIVITY_SLEEPING = 6
/** Its goroutine prints, and waits until somebody reads what is printed. */
export const ACTIVITY_PRINTING = 7

/**
 * Doubles of one P. owner; sums since the cycle began unless said otherwise, in milliseconds.
 */
export const ASSIST_MS = 0
export const DEDICATED_MS = 1
export const FRACTIONAL_MS = 2
export const IDLE_MS = 3
/** Time that goroutines of this P spent blocked in place. */
export const BLOCKED_MS = 4
/** Bytes marked by this P, visits counted; bytes that it made black at refills. */
export const BYTES_MARKED = 5
export const BYTES_BLACKENED = 6
/**
 * Since the run began: bytes and objects allocated, bytes and objects freed by sweeps. Other Ps
 * read the bytes as hints (gc/mapped.ts).
 */
export const ALLOCATED_BYTES = 7
export const ALLOCATED_OBJECTS = 8
export const FREED_BYTES = 9
export const FREED_OBJECTS = 10
/** Since the run began: pairs through the barrier, and flushes of its buffer. */
export const BARRIER_STORES = 11
export const BARRIER_FLUSHES = 12
/** When the P's current slice began. */
export const SLICE_STARTED_AT = 13
/**
 * Since the run began: time blocked in place, but not for an assist or at the gate, which is in
 * TOTAL_ASSIST_MS. Read by the P itself (assistMs).
 */
export const TOTAL_BLOCKED_MS = 14
/**
 * When the P was asked to scan its goroutine's stack. Written by the asker before it sets the bit.
 */
export const SCAN_REQUESTED_AT = 15
/**
 * When the goroutine that runs got its turn: slices end and begin within a turn, if it does not
 * give way.
 */
export const TURN_STARTED_AT = 16
/** Time that goroutines of this P spent at the gate, draining there included. */
export const GATE_MS = 17
/** When this P began to raise a stop; 0: it does not. Set to 0 by the actor, too. */
export const RAISING_SINCE = 18
/**
 * What this P's changes of the live heap have added to the overrun and is not named yet
 * (heap/live-heap.ts).
 */
export const OVERRUN_OWED = 19
/** Since when this P is at its place. As PLACE. */
export const PLACE_SINCE = 20
/**
 * The account of the overrun by place, then by cause, in bytes; and the longest stretch at each
 * place (gc/record/overrun.ts); the latter as PLACE.
 */
export const OVERRUN_BY = 21
export const PLACE_COUNT = 80
export const OVERRUN_PARTS = PLACE_COUNT + 16
export const LONGEST_GAP = OVERRUN_BY + OVERRUN_PARTS
/**
 * Since the run began: time in assists, at the gate, and sweeping for a cycle, read by the limiter
 * of any P, and by assistMs; time idle, or blocked in place for none of these; and since when the P
 * is idle, 0: it is not.
 */
export const TOTAL_ASSIST_MS = LONGEST_GAP + PLACE_COUNT
export const TOTAL_IDLE_MS = TOTAL_ASSIST_MS + 1
export const IDLE_SINCE = TOTAL_ASSIST_MS + 2
/**
 * Since when the P's goroutine is at the gate, and blocked in place, in this cycle; 0: it is not.
 * owner, and the actor that ends a mark meanwhile.
 */
export const GATE_SINCE = TOTAL_ASSIST_MS + 3
export const BLOCKED_SINCE = TOTAL_ASSIST_MS + 4
/**
 * Since when the P's goroutine works or waits for the collector, 0: it does not; what is over is in
 * TOTAL_ASSIST_MS. owner; read by the limiter of any P.
 */
export const COLLECTING_SINCE = TOTAL_ASSIST_MS + 5
/** Doubles of one P. */
export const DOUBLES = TOTAL_ASSIST_MS + 6
