/**
 * A task as the runtime knows it: its number in the table of declarations, and what its goroutines
 * run.
 */
import { KIND_REF } from '../../scheduler/channel.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import type { Declarations } from './declarations.ts'
import type { AnyKind, Self } from './kinds.ts'

export type Parameters = readonly Exclude<AnyKind, Self>[]

/** What the scheduler needs of a task. */
export interface AnyTask {
  readonly taskName: string
  readonly kinds: Parameters
  readonly body: (...values: never[]) => Coroutine
}

export class DeclaredTask implements AnyTask {
  readonly taskName: string
  readonly kinds: Parameters
  readonly body: (...values: never[]) => Coroutine
  readonly id: number
  readonly references: number

  constructor(
    declarations: Declarations,
    name: string,
    kinds: Parameters,
    body: (...values: never[]) => Coroutine,
  ) {
    this.taskName = name
    this.kinds = kinds
    this.body = body
    this.references = kinds.filter(kind => kind.storage === KIND_REF).length
    this.id = declarations.declareTask(`task ${name}(${kinds.map(kind => kind.label).join(', ')})`)
  }
}
