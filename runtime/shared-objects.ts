/** What all runs of a thread share of the runtime, as far as a program can reach it: what it imports, what that returns, what it may catch. */
import { OutOfMemoryError } from '../gc/allocator.ts'
import { PacerError } from '../gc/controller.ts'
import { builtInPacers } from '../gc/pacer/registry.ts'
import { InternalError } from '../heap/internal-error.ts'
import { ChannelError, Send } from '../scheduler/channel.ts'
import { OperationError } from '../scheduler/operation.ts'
import { DeadlockError } from '../scheduler/p.ts'
import { RunOver } from '../scheduler/run-over.ts'
import { LockMutex, Sleep, WaitForGroup } from '../scheduler/waiting.ts'
import { BreachError } from '../verify/breach.ts'
import { ReceiveValue, SelectCases } from './channels.ts'
import { DeclarationError } from './declarations.ts'
import { StuckModuleError } from './module-loading.ts'
import * as program from './program.ts'
import { DeclaredTask } from './task.ts'

/** All that they lead to is compared (realm.ts). Classes of a run's own objects are found through it. */
export const sharedObjects: readonly unknown[] = [
  ...Object.values(program),
  ...builtInPacers(),
  ...[ReceiveValue, SelectCases, Send, Sleep, LockMutex, WaitForGroup, DeclaredTask],
  ...[OutOfMemoryError, PacerError, InternalError, ChannelError, OperationError, DeadlockError, RunOver],
  ...[BreachError, DeclarationError, StuckModuleError],
]
