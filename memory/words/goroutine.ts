/**
 * A goroutine's record: WORDS 32-bit words from `layout.goroutines` and DOUBLES doubles from
 * `layout.goroutineDoubles` for each (Memory.goroutineWord, Memory.goroutineDouble); and the wait
 * records of channels. The `owner` is the P that may run it: its P while it runs or is parked
 * there; its creator before it is queued.
 */

/** `G_*` status, with the bit G_SCAN while somebody scans its stack. atomic. */
export const STATUS = 0
/**
 * The P it was placed on; another that steals it before it has run writes its own number; from its
 * first run on it is pinned there. Written by the placer, then by the P that adopts it; read by the
 * P that readies it (after the CAS of its status).
 */
export const P = 1
/** Next in whichever queue or free list holds it. Written by the holder. */
export const NEXT = 2
/** Index of its task in the table of tasks; −1 for main. Written by the creator. */
export const TASK = 3
/**
 * Shadow stack: first word, words in use, words in all. owner; saved when it stops running or its P
 * waits.
 */
export const STACK = 4
export const STACK_USED = 5
export const STACK_SIZE = 6
/**
 * The cycle in which its stack was scanned last (or in which it was born). Written by the scanner,
 * who owns it.
 */
export const SCANNED_CYCLE = 7
/** Why it waits: a `WAIT_*`, and the reference or P concerned. owner; for the deadlock report. */
export const WAIT_REASON = 8
export const WAIT_ON = 9
/** Bumped each time it parks: tells a late timer or a second waker from the right one. atomic. */
export const TICKET = 10
/**
 * How it was woken: index of the select case (−1: the timer), and whether a value came (1) or the
 * channel was closed (0). Written by the P that won its ticket, before it is made ready.
 */
export const WOKEN_BY = 11
export const WOKEN_OK = 12
/** 1 if it should give way at its next yield. owner. */
export const GIVE_WAY = 13
/** The cycle that its assist credit belongs to: credit of an older one is none. owner. */
export const ASSIST_CYCLE = 14
/** Words of a record. */
export const WORDS = 16

/**
 * Doubles of a record: assist credit in bytes (Go's gcAssistBytes; owner, and the payer that takes
 * it from the assist queue), the scalar value handed over by a channel (written like WOKEN_BY),
 * then the scalar arguments of its task.
 */
export const ASSIST_BYTES = 0
export const WOKEN_VALUE = 1
export const ARGUMENTS = 2
export const ARGUMENTS_MAX = 14
export const DOUBLES = 16

export const G_FREE = 0
/** In a run queue; has not run, or is ready to go on. */
export const G_RUNNABLE = 1
export const G_RUNNING = 2
/** Parked: in a channel's queue, on a timer. */
export const G_WAITING = 3
export const G_DEAD = 4
/**
 * Set while a scanner owns the stack of a goroutine that does not run; a P that is to run it waits.
 */
export const G_SCAN = 16
/**
 * Set on a running goroutine whose stack its own P is to scan: at its next safepoint, or before it
 * stops running.
 */
export const G_SCAN_WANTED = 32

export const WAIT_NONE = 0
export const WAIT_SEND = 1
export const WAIT_RECEIVE = 2
export const WAIT_SELECT = 3
export const WAIT_SLEEP = 4
export const WAIT_MUTEX = 5
export const WAIT_GROUP = 6

/**
 * A wait record: a goroutine in the queue of one channel, mutex or wait group (Go's sudog). All
 * words locked by that object's lock.
 */
export const WAITER_GOROUTINE = 0
/** The goroutine's TICKET when it parked. */
export const WAITER_TICKET = 1
/** Neighbours in the queue (0 = none). */
export const WAITER_NEXT = 2
export const WAITER_PREVIOUS = 3
/** Index of the select case. */
export const WAITER_CASE = 4
/**
 * Word index, on the goroutine's shadow stack, of the reference it sends or of the slot it receives
 * into; 0 for scalars.
 */
export const WAITER_SLOT = 5
/** The object (channel, mutex or wait group) in whose queue it is. */
export const WAITER_OBJECT = 6
/** Which queue it is in: 0 none, else the word offset of the queue's first-word in the object. */
export const WAITER_QUEUE = 7
export const WAITER_WORDS = 8
/** Its one double: the scalar to send. */
export const WAITER_DOUBLES = 1
