/** The memory, files and threads that a host has after many runs of one Runtime. */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'
import { layOut } from '../../memory/layout.ts'
import { HANG_MS } from '../support/hang.ts'
import { threadsFile } from '../support/run-cli.ts'
import { runHost } from '../support/run-host.ts'
import { sampled } from '../support/size.ts'

interface Sample {
  readonly run: number
  readonly exit: number
  readonly reservedMiB: number
  readonly threads: number
  readonly files: number
  readonly temporary: number
  readonly listeners: number
  readonly processListeners: number
}

const { heapBytes, metaBytes } = layOut({ arenaBytes: 8 * 2 ** 20, procs: 2 }).layout
/** What a run reserves. */
const RUN_MIB = (heapBytes + metaBytes) / 2 ** 20

/** Against a hang. */
const LIMIT_MS = 4 * HANG_MS
/** Of these runs. */
const POOL_THREADS = 2

/** The files that a thread has open for itself: 4 in Node 20, 5 in Node 22. */
async function filesOfAThread(): Promise<number> {
  const openFiles = (): number => readdirSync('/proc/self/fd').length
  const before = openFiles()
  const worker = new Worker('setInterval(() => {}, 1e6)', { eval: true })
  await once(worker, 'online')
  const files = openFiles() - before
  await worker.terminate()
  return files
}

/** After 10 and after 40 runs. */
async function samplesOf(program: string): Promise<readonly [Sample, Sample]> {
  const args = [threadsFile('programs'), program, '40', '10,40', '50']
  const { answer } = await runHost<[Sample, Sample]>(
    threadsFile('programs/host-many-runs.ts'),
    args,
    {
      limitMs: 2 * HANG_MS,
    },
  )
  return answer
}

// The process's memory is read from /proc.
describe.skipIf(process.platform !== 'linux')(
  'after 40 runs of one Runtime a process has what it had after 10',
  () => {
    let ofAThread = 0
    beforeAll(async () => {
      ofAThread = await filesOfAThread()
    })
    const runs = [
      ['that are ordinary', 'squares.ts', 0],
      ['that fail', 'throws.ts', 1],
      ['that keep all that they can', 'hoards.ts', 0],
    ] as const
    test.each(sampled(runs, 3))(
      '%s',
      async (_, program, exit) => {
        const [before, after] = await samplesOf(program)
        expect([before.exit, after.exit]).toEqual([exit, exit])
        // The pool's threads, each with some files, may just have ended, or started anew. The
        // numbers differ by no more than these.
        expect(Math.abs(after.threads - before.threads)).toBeLessThanOrEqual(POOL_THREADS)
        expect(Math.abs(after.files - before.files)).toBeLessThanOrEqual(POOL_THREADS * ofAThread)
        expect([after.temporary, after.listeners]).toEqual([0, 0])
        expect(after.processListeners).toBe(before.processListeners)
        // A few runs that have just ended are not collected yet. Without any collection the memory
        // of all 30 runs would be here.
        expect(after.reservedMiB - before.reservedMiB).toBeLessThan(10 * RUN_MIB)
      },
      LIMIT_MS,
    )
  },
)
