/**
 * The types that the runtime declares itself, first of all in every run. The bindings are live, and
 * belong to the run that is served. The modules of a run have the types of their own run
 * (run-program.ts).
 */
import { type Bytes, bytesOf } from './array.ts'
import { type Mutex, mutexOf, type WaitGroup, waitGroupOf } from './channels.ts'
import { expectRun } from './current.ts'

export let bytes: Bytes
export let mutex: Mutex
export let waitGroup: WaitGroup

/** Declares these types in the run that is served. */
export function declareBuiltInTypes(): void {
  const run = expectRun('a built-in type')
  bytes = bytesOf(run)
  mutex = mutexOf(run)
  waitGroup = waitGroupOf(run)
}
