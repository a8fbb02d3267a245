/**
 * The words of one P: 32-bit words from `layout.ps`, doubles from `layout.pMeasures`, WORDS and
 * DOUBLES for each P (Memory.pWord, Memory.pDouble).
 *
 * The modes of access are those of memory/words/control.ts, and one more:
 *
 *   owner   read and written plainly by the thread that is the P, and by the actor of a stop.
 *           Others may read it as a hint, to describe the run. If another P relies on the word, its
 *           biography says so
 */

/**
 * The poll word: `POLL_*` bits that send the P to a safepoint; 0 for nothing. Any thread sets a
 * bit, the P clears it before it serves it. Both are atomic. The P's own polls are plain loads, and
 * hints: a bit that one misses is seen by the next. V8 does not move them out of loops (a test
 * would notice). By the language alone it may, and a plain load may miss a bit for ever. atomic;
 * hint.
 */
export const POLL = 0
/** Increased to wake the P, which waits on it as it sleeps (scheduler/sleepers.ts). atomic. */
export const WAKE = 1
/**
 * `STATUS_*`: whether the P runs, or counts as stopped. Written by the P: it is RUNNING only while
 * the stop word counts it. Read by the coordinator and by Ps that look for the end of the mark.
 * atomic.
 */
export const STATUS = 2
/**
 * The goroutine that the P runs, 0 for none. owner. A P that pays the assist queue reads it under
 * ASSIST_LOCK: the P in the queue wrote it before it queued itself. Thieves read it as a hint.
 */
export const GOROUTINE = 3
/**
 * What the P does: an `ACTIVITY_*`. It is for a person who asks which P keeps a stop waiting; the P
 * itself looks whether it runs a goroutine. owner.
 */
export const ACTIVITY = 4
/**
 * Goroutines that live and count on this P: they were assigned to it and not stolen, or have run
 * here. Changed by the P that assigns, steals or ends one (scheduler/placement.ts). atomic; hint
 * for a P that chooses a P, or a victim.
 */
export const LIVE = 5
/** The most that LIVE ever was, for the record. Any P raises it by CAS. atomic. */
export const PEAK_LIVE = 6
/**
 * The head of the ready list: the goroutine that was pushed last, 0 for none; the rest are linked
 * by NEXT. Any P pushes by CAS; the owner takes all by one exchange. atomic; hint for the owner.
 */
export const READY = 7
/**
 * The ring of goroutines that have not run: how many were ever taken, how many ever put, and its
 * lock. locked (RING_LOCK). HEAD and TAIL are stored atomically under the lock, and read atomically
 * without it, by a P that is about to sleep or to steal. Both wrap around.
 */
export const RING_HEAD = 8
export const RING_TAIL = 9
export const RING_LOCK = 10
/**
 * Whether this P holds the role of a dedicated worker, and whether it offers it: a `ROLE_*`
 * (gc/work/roles.ts). The P writes it; another P that takes an offer swaps OFFERED for NONE. Reset
 * in the setup stop. atomic; plain loads by its P while it is HELD, since no other P changes it
 * then; hint for a P that looks for an offer.
 */
export const ROLE = 11
/**
 * The number of the last ragged barrier that this P was asked to pass, written by the coordinator;
 * and of the last that it has passed, moved by CAS by whichever P passes for it. atomic.
 */
export const FLUSH_WANTED = 12
export const FLUSH_SERVED = 13
/** Words in use in the write barrier's buffer. owner; the actor empties the buffer in stops. */
export const BARRIER_COUNT = 14
/**
 * Publication: the P stores and loads it atomically after it has set mark bytes of new slots, so
 * that a marker that meets a new object finds it black (heap/cache.ts). Its value means nothing,
 * and no other P reads it. atomic.
 */
export const PUBLISHED = 15
/** The next P in the assist queue: its index + 1; 0 for none. locked (ASSIST_LOCK). */
export const ASSIST_NEXT = 16
/**
 * 1 while the P stands in the assist queue. Written under ASSIST_LOCK, by the P as it queues itself
 * and by the P that releases it; read by the P without the lock, as it waits. atomic.
 */
export const ASSIST_QUEUED = 17
/**
 * The place at which this P is in the termination, or at which a fault stalls it; 0 for none
 * (gc/record/place.ts). owner, even while it stands aside and another P acts. Set to 0 by the actor
 * in the setup stop and at the end of a mark. Other Ps read it as a hint, to name what they
 * allocate past the goal.
 */
export const PLACE = 18
/**
 * The last place of this cycle at which V8's collector held this P up for most of a long stretch; 0
 * for none. Reset in the setup stop. owner.
 */
export const V8_PLACE = 19
/**
 * Drains that this P is in: none, one, or two if a worker runs at a safepoint of a drain at the
 * gate. Changed by the P; read by Ps that look for the end of the mark. atomic.
 */
export const DRAINING = 20
/**
 * setGCPercent: 1 while this P asks for another GOGC; the GOGC that it asks for; and the one that
 * was replaced. The P writes the first two. The actor of a commit stop, whichever P raised it, sets
 * the third and clears the first. owner.
 */
export const GC_PERCENT_IS_ASKED = 21
export const GC_PERCENT_ASKED = 22
export const GC_PERCENT_REPLACED = 23
/**
 * A request that found no room, for the actor of a stop that collects: its bytes, 0 if there is
 * none; 1 if its object holds no references; and the word of the shadow stack that the object goes
 * to. Written by the P before the stop. The actor sets the first to 0 when the request is served or
 * cannot be; it stays if the request must be tried again. owner.
 */
export const WANTED_BYTES = 24
export const WANTED_NOSCAN = 25
export const WANTED_SLOT = 26
/**
 * Bytes of the span, or of the large object, that this P has taken for an object which its
 * goroutine does not have yet; 0 for none. owner; the actor that serves the P's request writes it
 * too.
 */
export const IN_FLIGHT_BYTES = 27
/**
 * As many marks had ended when the request of this P first asked for the gate's token; 0: it does
 * not ask (gc/work/gate-token.ts). Written by the P, and by the actor of a stop that serves the
 * request; Ps in line read it. atomic; plain reads by the P, and in stops.
 */
export const TOKEN_WANTED_AT = 28

/**
 * The cache of spans (heap/cache.ts): for each span class CURSOR, LIMIT, SPAN and RUN_START. owner;
 * the actor blackens it in the setup stop, and empties it in the termination stop.
 */
export const CACHE = 32
export const CACHE_WORDS = 4
/**
 * The next free address, and the end of the run that is being filled. CURSOR ≤ LIMIT; both are 0 if
 * there is no run.
 */
export const CURSOR = 0
export const LIMIT = 1
/** The cached span, 0 for none. */
export const SPAN = 2
/** Where the run began: the slots from there to CURSOR have been allocated. */
export const RUN_START = 3

/**
 * Span classes: 66 size classes, of which 0 is for large objects, each with and without references;
 * and room for 4 more, so that there are as many as in Go.
 */
export const SPAN_CLASSES = 136

/**
 * The write barrier's buffer: 256 pairs of the value overwritten and the value written. owner; the
 * actor reads it in stops.
 */
export const BARRIER = CACHE + SPAN_CLASSES * CACHE_WORDS
export const BARRIER_PAIRS = 256

/** The ring's slots: numbers of goroutines. locked (RING_LOCK). */
export const RING = BARRIER + 2 * BARRIER_PAIRS
export const RING_SLOTS = 256

/**
 * `--fault`: for each point (memory/fault-points.ts) how often this P passed it, how often it was
 * struck there, and in how many cycles it was the first P to be struck: owner. Of P 0 also the last
 * cycle in which any P was struck there: atomic.
 */
export const FAULT_COUNTS = RING + RING_SLOTS
export const MAX_FAULT_POINTS = 64
export const FAULT_WORDS = 4

/** 32-bit words of one P. */
export const WORDS = FAULT_COUNTS + FAULT_WORDS * MAX_FAULT_POINTS

// Bits of POLL.
/** A stop is raised. */
export const POLL_STOP = 1
/** The coordinator asks this P to flush its barrier buffer and to publish its grey objects. */
export const POLL_FLUSH = 2
/** A P asks this P to scan the stack of the goroutine that it runs. */
export const POLL_SCAN = 4
/** The run is over: the goroutine must be left. */
export const POLL_END = 8
/** Every allocation takes the slow path: `--check`, `--zeal`. Set as the P boots, never cleared. */
export const POLL_ALWAYS = 16

// Values of STATUS.
/** The P has not begun to run goroutines, or has ended. */
export const STATUS_ABSENT = 0
export const STATUS_RUNNING = 1
/** The P counts as stopped: it stands, sleeps, or stands aside. */
export const STATUS_WAITING = 2

// Values of ROLE.
export const ROLE_NONE = 0
export const ROLE_HELD = 1
export const ROLE_OFFERED = 2

// Values of ACTIVITY.
export const ACTIVITY_SCHEDULING = 0
export const ACTIVITY_GOROUTINE = 1
export const ACTIVITY_MARKING = 2
/** The runtime copies something large for the goroutine, and may reach no safepoint there. */
export const ACTIVITY_COPYING = 3
export const ACTIVITY_TERMINATING = 4
export const ACTIVITY_STOPPED = 5
export const ACTIVITY_SLEEPING = 6
/** The goroutine prints, and the P waits until the host has read from its console's ring. */
export const ACTIVITY_PRINTING = 7

/**
 * Doubles of one P. All are owner and plain. Unless said otherwise they are sums in milliseconds
 * since the cycle began: the setup stop resets them, the termination stop adds up those of all Ps.
 * First the time in assists, and in dedicated, fractional and idle workers.
 */
export const ASSIST_MS = 0
export const DEDICATED_MS = 1
export const FRACTIONAL_MS = 2
export const IDLE_MS = 3
/** Time that goroutines of this P spent blocked in place; the end of a mark cuts it. */
export const BLOCKED_MS = 4
/**
 * Bytes that this P marked: an object that two Ps visit counts twice. And bytes that it made black
 * in its cache, or as a large object, before they were allocated.
 */
export const BYTES_MARKED = 5
export const BYTES_BLACKENED = 6
/**
 * Since the run began: bytes and objects allocated, but not those of current runs; and bytes and
 * objects that this P's sweeps have freed. Other Ps read the bytes as hints (gc/mapped.ts).
 */
export const ALLOCATED_BYTES = 7
export const ALLOCATED_OBJECTS = 8
export const FREED_BYTES = 9
export const FREED_OBJECTS = 10
/** Since the run began: pairs that went through the barrier's buffer, and flushes of it. */
export const BARRIER_STORES = 11
export const BARRIER_FLUSHES = 12
/** When the slice of the goroutine that runs began. The allocator begins a new one in a turn. */
export const SLICE_STARTED_AT = 13
/**
 * Since the run began: time blocked in place, except for the collector. That (an assist, the gate)
 * is in TOTAL_ASSIST_MS. Read by the P itself (assistMs).
 */
export const TOTAL_BLOCKED_MS = 14
/**
 * When this P was asked last to scan the stack of its goroutine. Written by the P that asks, before
 * it sets POLL_SCAN. Read by the host, to name a P that keeps a cycle waiting.
 */
export const SCAN_REQUESTED_AT = 15
/**
 * When the goroutine that runs got its turn. A goroutine that does not give way keeps its turn as a
 * slice ends and another begins. Thieves read it as a hint.
 */
export const TURN_STARTED_AT = 16
/** Time that goroutines of this P spent at the gate, drains there included; cut as BLOCKED_MS. */
export const GATE_MS = 17
/**
 * When this P began to raise a stop; 0 if it raises none. The P sets it while it counts as stopped;
 * the actor reads those of all Ps, and sets them to 0. The host reads it as a hint.
 */
export const RAISING_SINCE = 18
/**
 * Bytes that this P's changes of the live heap have added to the overrun, and that have no cause
 * yet (heap/live-heap.ts).
 */
export const OVERRUN_OWED = 19
/** When this P came to its place. Written and read as PLACE is. */
export const PLACE_SINCE = 20
/**
 * For how long this P's thread had been off the CPU when the P came to its place (ThreadClocks in
 * gc/record/place.ts); NaN where nobody counts it. owner.
 */
export const PLACE_OFF_CPU = 21
/**
 * The account of the overrun in bytes, by place, then by cause (gc/record/overrun.ts); and the
 * longest stretch at each place, in ms. The stretches are written as PLACE is.
 */
export const OVERRUN_BY = 22
export const PLACE_COUNT = 80
export const OVERRUN_PARTS = PLACE_COUNT + 16
export const LONGEST_GAP = OVERRUN_BY + OVERRUN_PARTS
/**
 * For how much of that stretch the P's thread was off the CPU, and for how much of it V8 collected
 * on the thread, in ms, by place; NaN where it is not known. Written with the stretch.
 */
export const GAP_OFF_CPU = LONGEST_GAP + PLACE_COUNT
export const GAP_V8 = GAP_OFF_CPU + PLACE_COUNT
/**
 * For the CPU limiter, of any P, which reads them as hints (gc/work/cpu-limiter.ts). Since the run
 * began: time in assists, at the gate, and in sweeps for a cycle (also read by assistMs); and time
 * idle, or blocked in place for none of these. Then when the P became idle; 0 if it is not.
 */
export const TOTAL_ASSIST_MS = GAP_V8 + PLACE_COUNT
export const TOTAL_IDLE_MS = TOTAL_ASSIST_MS + 1
export const IDLE_SINCE = TOTAL_ASSIST_MS + 2
/**
 * When the P's goroutine came to the gate, and when it was blocked in place; 0 if it is not. The
 * actor that ends a mark meanwhile moves both to that time, so that each cycle gets its part.
 */
export const GATE_SINCE = TOTAL_ASSIST_MS + 3
export const BLOCKED_SINCE = TOTAL_ASSIST_MS + 4
/**
 * When the P's goroutine began to work or to wait for the collector; 0 if it does not. What is over
 * is in TOTAL_ASSIST_MS. The limiter of any P reads it as a hint.
 */
export const COLLECTING_SINCE = TOTAL_ASSIST_MS + 5
/**
 * Since the run began: time that this P has swept in, as a goroutine needed it, and in idle time.
 * The sweeper that completes the sweep adds up those of all Ps, which each P wrote before it
 * counted itself off (heap/sweep-span.ts).
 */
export const SWEEP_MS = TOTAL_ASSIST_MS + 6
export const IDLE_SWEEP_MS = TOTAL_ASSIST_MS + 7
/** Doubles of one P. */
export const DOUBLES = TOTAL_ASSIST_MS + 8
