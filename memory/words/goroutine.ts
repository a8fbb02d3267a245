/**
 * A goroutine's record: WORDS 32-bit words from `layout.goroutines` and DOUBLES doubles from
 * `layout.goroutineDoubles` for each (Memory.goroutineWord, Memory.goroutineDouble); and the wait
 * records of channels, mutexes and wait groups.
 *
 * The modes of access are those of memory/words/control.ts. The `owner` of a record is the P that
 * may run the goroutine: its creator until the goroutine is queued, then the P that takes it from
 * its queue, and for good the P on which it first ran. The queue's lock, or a CAS, orders the
 * accesses of one owner before those of the next.
 */

/**
 * `G_*`: the status, with the bit G_SCAN or G_SCAN_WANTED. Its owner, the P that wakes it and the P
 * that scans its stack change it, each by CAS (scheduler/goroutines.ts). A P that is about to run
 * the goroutine waits on it. atomic.
 */
export const STATUS = 0
/**
 * The P on which the goroutine counts; −1 before it is assigned to one. Written by the P that
 * assigns it, and by the P that takes it from a queue, if that is another. From its first run on it
 * does not change. Read plainly by the P that wakes it, which has won its ticket; and by a P that
 * asks for a scan, as a hint.
 */
export const P = 1
/**
 * The next goroutine in the queue or list that holds this one: a run queue, those that are to be
 * woken, or the free list. 0 for none. Written plainly by the P that holds the queue or its lock,
 * or that is about to push the goroutine.
 */
export const NEXT = 2
/** The number of its task in the table of tasks; −1 for main. Written by the creator. */
export const TASK = 3
/**
 * The shadow stack: its first word in the meta buffer, words in use, words in all. owner. While the
 * goroutine runs, its P keeps the words in use in a field, and saves them before another P may look
 * (heap/shadow-stack.ts). The P that scans the stack reads the first two. Under `--stack-scans any`
 * it does so while the goroutine runs. So a running goroutine stores the first two atomically, and
 * any value of STACK_USED since the setup stop will do (gc/mark/remote-scan.ts).
 */
export const STACK = 4
export const STACK_USED = 5
export const STACK_SIZE = 6
/**
 * The cycle in which its stack was scanned last, or in which it was born. Written by the creator
 * and by the P that scans, which has set G_SCAN or runs the goroutine; under `--stack-scans any` it
 * has taken the job. Plain; a P that reads it before it owns the stack takes a hint, and looks
 * again. In a mark only the number of its cycle is written, so two writers write the same.
 */
export const SCANNED_CYCLE = 7
/**
 * Why it waits: a `WAIT_*`, and the object that it waits at, 0 if that is none or several. Written
 * as it parks, and not cleared. owner; read as a hint, for messages.
 */
export const WAIT_REASON = 8
export const WAIT_ON = 9
/**
 * The ticket. The P that wakes the goroutine must first move it by CAS, from the ticket with which
 * the goroutine parked. So a late timer, or a second peer, wakes nobody. Parking does not change
 * it. atomic; hint for a P that looks for a record that is not stale.
 */
export const TICKET = 10
/**
 * How it was woken, for a channel operation or a select: the index of the select's case, −1 for its
 * timer; and 1 if the value was sent or received, 0 if the channel was closed. Written plainly by
 * the P that won the ticket, before it makes the goroutine ready; read by its P. Plain.
 */
export const WOKEN_BY = 11
export const WOKEN_OK = 12
/** 1 if it must give way at its next yield or operation. Cleared when it gets its turn. owner. */
export const GIVE_WAY = 13
/** The cycle that its assist credit belongs to. Credit of an older cycle is void. owner. */
export const ASSIST_CYCLE = 14
/**
 * How many segments its stacks have left, of all goroutines that had this record. Moved before each
 * of them is freed, by the P that frees it. atomic.
 */
export const SEGMENTS_FREED = 15
/** Words of a record. */
export const WORDS = 16

/**
 * Doubles of a record. First its assist credit in bytes, below 0 if it is in debt (Go's
 * gcAssistBytes): owner; while its P stands in the assist queue, the P that holds ASSIST_LOCK pays
 * into it. Then the scalar that a channel handed over, written as WOKEN_BY is. Then the scalar
 * arguments of its task, written by the creator and read at the first run.
 */
export const ASSIST_BYTES = 0
export const WOKEN_VALUE = 1
export const ARGUMENTS = 2
export const ARGUMENTS_MAX = 14
export const DOUBLES = 16

export const G_FREE = 0
/** In a run queue, or about to be: it has not run, gave way, or was woken. */
export const G_RUNNABLE = 1
export const G_RUNNING = 2
/** Parked: it waits in queues, for a timer, or both. */
export const G_WAITING = 3
export const G_DEAD = 4
/**
 * Set while a P scans the stack of a goroutine that does not run, and owns it. A P that is about to
 * run the goroutine waits until it is clear.
 */
export const G_SCAN = 16
/**
 * Set while a goroutine runs whose own P must scan the stack: at its next safepoint, and at the
 * latest before the goroutine stops running.
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
 * A wait record: a goroutine in the queue of one channel, mutex or wait group (Go's sudog). While
 * it is in the queue, all words are locked by that object's lock. Before and after that they belong
 * to the goroutine's P. First the goroutine.
 */
export const WAITER_GOROUTINE = 0
/** The goroutine's TICKET as it parked. If the goroutine has another, the record is stale. */
export const WAITER_TICKET = 1
/**
 * The neighbours in the queue, 0 for none. NEXT also links the free records: then locked
 * (WAITER_LOCK).
 */
export const WAITER_NEXT = 2
export const WAITER_PREVIOUS = 3
/** The index of the select's case; 0 for any other operation. */
export const WAITER_CASE = 4
/**
 * For a channel: the meta word, on the goroutine's shadow stack, of the reference that it sends or
 * of the slot that it receives into. A stack does not move while its goroutine waits.
 */
export const WAITER_SLOT = 5
/** The channel in whose queue it was put, 0 if none: a select finds there what it must unlink. */
export const WAITER_OBJECT = 6
/** The heap word at which the queue begins that the record is in; 0 if it is in none. */
export const WAITER_QUEUE = 7
export const WAITER_WORDS = 8
/** Doubles of a wait record: only the scalar to send. */
export const WAITER_DOUBLES = 1
