/**
 * 'sawtooth': what a program imports. Plain functions; no context is threaded through a program.
 *
 * The rule for references: a bare reference is good until the next safepoint. That is a call of
 * `new`, `from`, `go`, `gc`, `poll`, `setGCPercent` or `readMemStats`, and any yield. To keep it
 * longer, put it in a local (`keep`, `local`) or in an object.
 */

export type { MemStats } from '../report/record.ts'
export { type ArrayType, array, type Bytes } from './array.ts'
export { bytes, mutex, waitGroup } from './built-in-types.ts'
export {
  type Case,
  type ChannelType,
  type Choice,
  chan,
  type Mutex,
  type Operation,
  otherwise,
  select,
  sleep,
  timeout,
  type WaitGroup,
} from './channels.ts'
export {
  assistMs,
  gc,
  isMarking,
  numGC,
  numGoroutine,
  poll,
  procs,
  readMemStats,
  setGCPercent,
} from './control.ts'
export { type Global, type GlobalArray, global } from './global.ts'
export { bool, f64, i32, type Kind, nil, type Ref, ref, self, u32 } from './kinds.ts'
export { enter, getLocal, keep, type Local, leave, local, type Scope, setLocal } from './locals.ts'
export { type Field, type Struct, struct } from './struct.ts'
export { type Go, go, type Task, task } from './task.ts'
