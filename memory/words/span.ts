/**
 * The records of spans, from `layout.spans`: one for each page. A span's record is that of its
 * first page, and the number of that page is the span's name.
 *
 * The modes of access are those of memory/words/control.ts. The `owner` of a span is the P that
 * caches it, the sweeper that won its sweep generation, the P that has popped it from a central
 * list or has just made it, or the holder of the lock of the list that holds it. Its words are
 * plain unless said otherwise. A store of the generation, or the list's lock, publishes them to the
 * next owner.
 */

/**
 * Pages of the span; 0 if no span in use begins at this page. Written by the P that has just made
 * the span, and set to 0 by the sweeper before it frees the pages. owner. Markers read it plainly:
 * no span is freed during a mark, so they read the right number, or 0 of a span that is just being
 * made.
 */
export const PAGES = 0
/**
 * The span class: size class · 2, + 1 if its objects hold no references. Written when the span is
 * made, then constant while it is in use. owner.
 */
export const CLASS = 1
/** Bytes of a slot, and number of slots. Written as CLASS is. owner; markers read them plainly. */
export const SLOT_BYTES = 2
export const SLOTS = 3
/**
 * Slots that are not free: those that the last sweep found live or in quarantine, and those that
 * were allocated since. While the span is cached all its slots count. owner.
 */
export const ALLOCATED = 4
/**
 * Go's sweepgen, with h = HEAP_SWEEP_GENERATION: h−2 unswept, h−1 being swept, h swept, h+3 cached.
 * The CAS h−2 → h−1 makes a sweeper the owner. All else is stored by the owner. atomic.
 */
export const SWEEP_GENERATION = 5
/** The address at which the search for the next free run begins. owner. */
export const FREE_FROM = 6
/** The next span in the central list that holds this one, 0 for none. locked (CENTRAL_LOCK). */
export const NEXT = 7
/**
 * Of a large object: the first of its pages that no span had used before. From there on nothing
 * must be zeroed. Written and read by the P that allocates the object; no other P reads it, though
 * the span is in a list by then. Meaningless for other spans.
 */
export const FRESH_PAGE = 8
/**
 * 1 if the span holds grey objects for which there was no work buffer. Any marker sets it; the
 * marker that clears it scans them. 0 outside of a mark. atomic.
 */
export const GREY = 9
/** `--check`: slots in quarantine, by the last sweep. They count in ALLOCATED too. owner. */
export const QUARANTINED = 10

/** Words of a record. */
export const WORDS = 12

// The mark byte of an object: that of its first granule. Plain. During a mark, markers write it:
// WHITE becomes BLACK. If there is no work buffer, BLACK becomes GREY_MARK, and BLACK again later.
// If two markers race for an object, both scan it. The P that caches the span writes the bytes of
// its free slots, and a sweeper writes those of its span.
/** The slot holds no object. */
export const FREE = 0
/** Allocated, and not reached by this cycle's mark; or no cycle marks. */
export const WHITE = 1
/**
 * Reached, and to be scanned, but in no work buffer: its span is flagged. An object that waits in a
 * work buffer is BLACK already, as with Go's mark bit.
 */
export const GREY_MARK = 2
/** Reached (scanned or in a work buffer), or allocated during the mark. */
export const BLACK = 3
/** `--check`: in quarantine, freed by the last sweep, or by the sweep before. */
export const QUARANTINE_NEW = 4
export const QUARANTINE_OLD = 5

/**
 * The central lists of one span class (heap/central.ts): the lock, then the heads of two partial
 * and of two full lists. Which of a pair is the swept one alternates with the sweep generation.
 * locked (CENTRAL_LOCK); hint for a P that looks whether a list is empty.
 */
export const CENTRAL_LOCK = 0
export const CENTRAL_PARTIAL = 1
export const CENTRAL_FULL = 3
/** Words per span class; a cache line, so that classes do not disturb each other. */
export const CENTRAL_WORDS = 16
