/** A thread of the search's pool. */
import type { Pacer } from '../../../gc/pacer/pacer.ts'
import { UsageError } from '../../../runtime/errors/usage-error.ts'
import { serve } from '../../../runtime/host/thread-pool.ts'
import { loadPacer } from '../../../runtime/load/load-pacer.ts'
import { type Part, type Wanted, type Worst, worstOf } from './part.ts'

export interface Job {
  readonly part: Part
  /** As `--pacer`. */
  readonly pacer: string
  readonly wanted: Wanted
}

/** A complaint goes back as its text: a thread's errors arrive without their class. */
export type Answer = { readonly worst: Worst | null } | { readonly complaint: string }

let loading: Promise<Pacer> | undefined

serve(work)

async function work({ part, pacer, wanted }: Job): Promise<Answer> {
  try {
    loading ??= loadPacer(pacer) // a pool searches for one pacer alone
    return { worst: worstOf(part, await loading, wanted) }
  } catch (error) {
    if (error instanceof UsageError) return { complaint: error.message }
    throw error
  }
}
