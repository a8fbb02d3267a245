/**
 * Node's end hangs now and then while V8 compiles on another thread: that thread may ask the main thread for a collection of JavaScript's heap, and the main thread waits for it and
 * serves no request (nodejs/node#54918; Node 20.20.2, a quarter of the runs of a short simulation). So a command ends when nothing is compiled any more: when the process has
 * used next to no CPU for a while. Each time the thread is back in JavaScript it serves what is asked.
 */
import { setTimeout } from 'node:timers/promises'

const SLICE_MS = 5
/** Less than this in a slice is no compilation. */
const QUIET_US = 500
const QUIET_SLICES = 2
/** A process that is never quiet ends all the same. */
const MOST_SLICES = 100

export async function awaitCompilation(): Promise<void> {
  for (let slice = 0, quiet = 0; slice < MOST_SLICES && quiet < QUIET_SLICES; slice++) {
    const before = process.cpuUsage()
    await setTimeout(SLICE_MS)
    const { user, system } = process.cpuUsage(before)
    quiet = user + system < QUIET_US ? quiet + 1 : 0
  }
}
