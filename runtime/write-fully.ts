/** Writing to a file descriptor to the last byte, now: a pipe that is full answers EAGAIN, and is tried again. */
import { writeSync } from 'node:fs'
import { wait } from '#sync'

const never = new Int32Array(new SharedArrayBuffer(4))

/** Writes all bytes before it returns. False if nobody reads any more (EPIPE). Throws what else the system answers, but for EAGAIN. */
export function writeFully(descriptor: number, bytes: Uint8Array): boolean {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return false
      if (code !== 'EAGAIN') throw error
      // The reader is slow: a millisecond for it.
      wait(never, 0, 0, 1)
    }
  }
  return true
}
