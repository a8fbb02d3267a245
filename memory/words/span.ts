/**
 * One record per page; a span's record is that of its first page, and the page's number is the
 * span's name. The `owner` of a span is the P that caches it, the sweeper that won its sweep
 * generation, or the holder of the lock of the list that holds it.
 */

/**
 * Pages of the span. Written when it is allocated (PAGE_LOCK); 0 for a page that begins no span in
 * use.
 */
export const PAGES = 0
/** Span class: size class · 2 + (1 if its objects hold no references). Constant while in use. */
export const CLASS = 1
/** Bytes of a slot, and number of slots. Constant while in use. */
export const SLOT_BYTES = 2
export const SLOTS = 3
/**
 * Slots allocated, by the last sweep's count plus what was handed out since; every free slot of a
 * cached span counts. owner.
 */
export const ALLOCATED = 4
/**
 * Go's sweepgen, with h = HEAP_SWEEP_GENERATION: h−2 unswept, h−1 being swept, h swept, h+3 cached.
 * atomic; its CAS h−2 → h−1 gives ownership.
 */
export const SWEEP_GENERATION = 5
/** Where the search for a free run goes on: an address. owner. */
export const FREE_FROM = 6
/** Next in a list of central spans. locked by that list's lock. */
export const NEXT = 7
/**
 * Of a large object: the first of its pages that was never used before it, so that it need not be
 * zeroed. Written when it is allocated.
 */
export const FRESH_PAGE = 8
/** 1 if the span holds grey objects that no work buffer had room for. atomic. */
export const GREY = 9
/** Slots in quarantine (`--check`): those that were freed less than two cycles ago. owner. */
export const QUARANTINED = 10

/** Words of a record. */
export const WORDS = 12

// The mark byte of an object: that of its first 16-byte granule.
/** The slot holds no object. */
export const FREE = 0
/** Allocated, and not reached by this cycle's mark (or no mark runs). */
export const WHITE = 1
/**
 * Reached, to be scanned, and in no work buffer: its span is flagged. What stands in a work buffer
 * is BLACK already, as with Go's mark bit.
 */
export const GREY_MARK = 2
/** Reached (scanned or in a work buffer), or allocated during the mark. */
export const BLACK = 3
/** `--check`: freed by the last sweep, and by the one before. */
export const QUARANTINE_NEW = 4
export const QUARANTINE_OLD = 5

/**
 * Central lists of one span class: the lock, then heads of partial and full lists, a pair each;
 * which of a pair is swept alternates with the sweep generation. locked (CENTRAL_LOCK).
 */
export const CENTRAL_LOCK = 0
export const CENTRAL_PARTIAL = 1
export const CENTRAL_FULL = 3
/** Words per span class; a cache line, so that classes do not disturb each other. */
export const CENTRAL_WORDS = 16
