/**
 * Waits until V8 compiles nothing any more, so that Node can end.
 *
 * 1. A thread of V8 that compiles may ask the main thread to collect the JavaScript heap.
 * 2. At the end of the process the main thread waits for that thread and serves no request. So Node
 *    hangs now and then (nodejs/node#54918; Node 20.20.2, in a quarter of the runs of a short
 *    simulation).
 * 3. So a command ends only after the process has used almost no CPU for a while. Meanwhile the
 *    main thread returns to JavaScript again and again, and serves the requests there.
 */
import { setTimeout } from 'node:timers/promises'

const SLICE_MS = 5
/** A slice with less CPU time than this compiles nothing. */
const QUIET_US = 500
const QUIET_SLICES = 2
/** A process that is never quiet ends after this many slices. */
const MOST_SLICES = 100

export async function awaitCompilation(): Promise<void> {
  for (let slice = 0, quiet = 0; slice < MOST_SLICES && quiet < QUIET_SLICES; slice++) {
    const before = process.cpuUsage()
    await setTimeout(SLICE_MS)
    const { user, system } = process.cpuUsage(before)
    quiet = user + system < QUIET_US ? quiet + 1 : 0
  }
}
