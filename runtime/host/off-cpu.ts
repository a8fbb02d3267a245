/**
 * How long the calling thread was ready and had no CPU. Linux counts it for each thread, in the
 * second number of /proc/thread-self/schedstat: ns in the queue of a CPU. No other system has it
 * there.
 */
import { openSync, readSync } from 'node:fs'

/** This thread's file; null where there is none; undefined: not opened yet. */
let file: number | null | undefined
const text = new Uint8Array(64)

/** In ms since the thread began; NaN where nobody counts it. One read of a file of /proc. */
export function offCpuMs(): number {
  if (file === undefined) file = opened()
  if (file === null) return Number.NaN
  try {
    return secondNumber(text, readSync(file, text, 0, text.length, 0)) / 1e6
  } catch {
    // A program may close whatever it finds open.
    file = null
    return Number.NaN
  }
}

function opened(): number | null {
  try {
    return openSync('/proc/thread-self/schedstat', 'r')
  } catch {
    return null
  }
}

/** The second of the numbers that spaces part. It makes no string, since it is read in the mark. */
export function secondNumber(digits: Uint8Array, length: number): number {
  let [index, number] = [0, 0]
  for (let at = 0; at < length && index < 2; at++) {
    const digit = (digits[at] as number) - 0x30
    if (digit < 0) index++
    else if (index === 1) number = number * 10 + digit
  }
  return number
}
