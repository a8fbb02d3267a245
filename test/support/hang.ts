/**
 * After this long a process that a test has started counts as hanging, in ms. No process of
 * `npm test` takes more than a twentieth of it on a quiet machine with two cores. So a busy and
 * slow machine keeps it too. A test that needs longer says a multiple of it.
 */
export const HANG_MS = 180_000
