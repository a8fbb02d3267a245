/** A thread of the league's pool. It plays tasks in the simulators. */

import { serve } from 'sawtooth/internal/runtime/host/thread-pool'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import type { Pacer } from 'sawtooth/pacer'
import { play } from './play.ts'
import type { Played, Task } from './results.ts'

export interface Play {
  readonly task: Task
  readonly seed: number
}

const pacers = new Map<string, Promise<Pacer>>()

serve(work)

async function work({ task, seed }: Play): Promise<Played> {
  const loading = pacers.get(task.pacer) ?? loadPacer(task.pacer)
  pacers.set(task.pacer, loading)
  return play(task, await loading, seed)
}
