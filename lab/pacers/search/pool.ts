/** Threads that search parts. */
import { availableParallelism } from 'node:os'
import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { ThreadPool } from 'sawtooth/internal/runtime/host/thread-pool'
import type { Part, Wanted, Worst } from './part.ts'
import type { Answer, Job } from './worker.ts'

export class SearchPool {
  /** A thread for each core. */
  readonly threads = availableParallelism()
  readonly #pool = new ThreadPool<Job, Answer>(
    new URL('./worker.js', import.meta.url),
    this.threads,
  )
  readonly #pacer: string
  readonly #wanted: Wanted

  constructor(pacer: string, wanted: Wanted) {
    this.#pacer = pacer
    this.#wanted = wanted
  }

  /** Rejects with a UsageError if the pacer answers nonsense. */
  async searchPart(part: Part): Promise<Worst | null> {
    const answer = await this.#pool.run({ part, pacer: this.#pacer, wanted: this.#wanted })
    if ('complaint' in answer) throw new UsageError(answer.complaint)
    return answer.worst
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
