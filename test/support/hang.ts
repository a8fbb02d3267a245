/**
 * When a process that a test has started counts as hanging, in ms. No test of `npm test` starts one that
 * takes more than a twentieth of it on a quiet machine of two cores, so that one that is busy and slow keeps
 * it too. What takes longer than that says a multiple of it.
 */
export const HANG_MS = 180_000
