/** What all runs of a thread share of the runtime, as far as a program can reach it: what it imports, what that returns, what it may catch. */
import { OutOfMemoryError } from '../../gc/allocator.ts'
import { PacerError } from '../../gc/controller.ts'
import { builtInPacers } from '../../gc/pacer/registry.ts'
import { BreachError } from '../../gc/verify/breach.ts'
import { InternalError } from '../../memory/internal-error.ts'
import { ChannelError, Send } from '../../scheduler/channel.ts'
import { DeadlockError } from '../../scheduler/deadlock.ts'
import { OperationError } from '../../scheduler/operation.ts'
import { RunOver } from '../../scheduler/run-over.ts'
import { LockMutex, Sleep, WaitForGroup } from '../../scheduler/waiting.ts'
import { StuckModuleError } from '../load/module-loading.ts'
import { ReceiveValue, SelectCases } from '../program/channels.ts'
import { DeclarationError } from '../program/declarations.ts'
import { DeclaredTask } from '../program/declared-task.ts'
import * as program from '../program/program.ts'

/** All that they lead to is compared (realm.ts). Classes of a run's own objects are found through it. */
export const sharedObjects: readonly unknown[] = [
  ...Object.values(program),
  ...builtInPacers(),
  ...[ReceiveValue, SelectCases, Send, Sleep, LockMutex, WaitForGroup, DeclaredTask],
  ...[
    OutOfMemoryError,
    PacerError,
    InternalError,
    ChannelError,
    OperationError,
    DeadlockError,
    RunOver,
  ],
  ...[BreachError, DeclarationError, StuckModuleError],
]
