/** The types that the runtime declares itself, first of all in every run. Live bindings: a program sees those of its run. */
import { type Bytes, bytesOfRun } from './array.ts'
import { type Mutex, mutexOfRun, type WaitGroup, waitGroupOfRun } from './channels.ts'

export let bytes: Bytes
export let mutex: Mutex
export let waitGroup: WaitGroup

/** Declares them in the run just entered. */
export function declareBuiltInTypes(): void {
  bytes = bytesOfRun()
  mutex = mutexOfRun()
  waitGroup = waitGroupOfRun()
}
