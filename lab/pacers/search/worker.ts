/** A thread of the search's pool. */

import { UsageError } from 'sawtooth/internal/runtime/errors/usage-error'
import { serve } from 'sawtooth/internal/runtime/host/thread-pool'
import { loadPacer } from 'sawtooth/internal/runtime/load/load-pacer'
import type { Pacer } from 'sawtooth/pacer'
import { type Part, type Wanted, type Worst, worstOf } from './part.ts'

export interface Job {
  readonly part: Part
  /** As `--pacer`. */
  readonly pacer: string
  readonly wanted: Wanted
}

/** A complaint is sent back as its text, since errors of a thread arrive without their class. */
export type Answer = { readonly worst: Worst | null } | { readonly complaint: string }

let loading: Promise<Pacer> | undefined

serve(work)

async function work({ part, pacer, wanted }: Job): Promise<Answer> {
  try {
    loading ??= loadPacer(pacer) // a pool searches for only one pacer
    return { worst: worstOf(part, await loading, wanted) }
  } catch (error) {
    if (error instanceof UsageError) return { complaint: error.message }
    throw error
  }
}
