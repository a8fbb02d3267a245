/**
 * The runtime's objects that all runs of a thread share and a program can reach: what it imports,
 * what that returns, and what it may catch.
 */
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

/**
 * All that they lead to is compared (realm.ts). The classes of a run's own objects are found
 * through the run.
 */
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
