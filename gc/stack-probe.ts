/**
 * A program's stack overflow must not strike inside the collector, where half a list would be linked. So slow paths begin here, before they touch
 * anything: a descent that uses more stack than they will. If there is none, V8 throws its RangeError now, and the program has overflowed
 * its stack in its own code.
 */

/** Frames to descend; about 100 bytes each in compiled code, more in interpreted code. */
const FRAMES = 160

let sink = 0

/** Throws a RangeError if the native stack has not some 16 KiB left. About a microsecond. */
export function probeStack(): void {
  sink = descend(FRAMES, 1, 2)
}

function descend(frames: number, left: number, right: number): number {
  if (frames === 0) return left
  // The result is used after the call, so that no compiler makes a loop of it.
  return (descend(frames - 1, right, left + right) ^ frames) + sink * 0
}
