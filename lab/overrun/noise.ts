/**
 * Background noise: threads that only keep a core busy each, as other programs of the machine do.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/**
 * Does `work` beside that many busy threads. They run before it begins, and are ended after it,
 * however it ends.
 */
export async function withNoise<T>(threads: number, work: () => Promise<T>): Promise<T> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./noise-thread.js', import.meta.url)),
  )
  try {
    await Promise.all(workers.map(worker => once(worker, 'online')))
    return await work()
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()))
  }
}
