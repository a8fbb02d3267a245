/** Tasks: the functions that goroutines run, and how goroutines are started. */

import type { GoroutineId } from '../../memory/kinds.ts'
import { probeStackDeep, probeStackForLock } from '../../memory/stack-probe.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import { KIND_BOOL, KIND_REF } from '../../scheduler/channel.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import { readAt } from '../read-at.ts'
import { verifyValue } from './check.ts'
import { expectGoroutine, expectRun, meta, p, run } from './current.ts'
import { DeclaredTask, type Parameters } from './declared-task.ts'
import { type AnyKind, coerce, expectKind, type Get, type Put } from './kinds.ts'

type Received<P extends Parameters> = { -readonly [I in keyof P]: Get<P[I]> }
type Given<P extends Parameters> = { -readonly [I in keyof P]: Put<P[I]> }

declare const parameters: unique symbol

/** A declared task with parameters of the kinds P. */
export interface Task<P extends Parameters> {
  readonly taskName: string
  readonly [parameters]?: (...values: Given<P>) => void
}

/**
 * Declares a task, at module level and in the same order on every P: a generator function whose
 * parameters are of these kinds. A reference among its arguments is kept for as long as the task
 * runs.
 *
 * @example const worker = task('worker', [ref(Tree), i32], function* (tree, n) { … })
 */
export function task<const P extends Parameters>(
  name: string,
  kinds: P,
  body: (
    ...values: Received<P>
  ) => Generator<unknown, void, never> | Iterator<unknown, unknown, never>,
): Task<P> {
  const run = expectRun('task')
  if (Object.getPrototypeOf(body) !== Object.getPrototypeOf(function* () {}))
    throw new TypeError(`task ${name}: its body must be a generator function (function*)`)
  if (!Array.isArray(kinds))
    throw new TypeError(
      `task ${name}: the kinds of its parameters must be a list, as [ref(Tree), i32]`,
    )
  for (const [index, kind] of kinds.entries())
    expectKind(`task ${name}: parameter ${index + 1}`, kind)
  if (kinds.length - kinds.filter(kind => kind.storage === KIND_REF).length > gWords.ARGUMENTS_MAX)
    throw new TypeError(`task ${name}: at most ${gWords.ARGUMENTS_MAX} numbers`)
  const declared = new DeclaredTask(
    run.declarations,
    name,
    kinds,
    body as unknown as (...values: never[]) => Coroutine,
  )
  run.tasks.set(declared.id, declared)
  return declared as unknown as Task<P>
}

/**
 * `go` starts a goroutine on the P that has the fewest; `go.on` on the P with the given number,
 * from 0.
 */
export interface Go {
  /**
   * Starts a goroutine, and protects its own arguments meanwhile. Throws a TypeError for a task
   * that was not declared. @safepoint
   */
  <P extends Parameters>(task: Task<P>, ...values: Given<P>): void
  on<P extends Parameters>(p: number, task: Task<P>, ...values: Given<P>): void
}

export const go: Go = Object.assign(
  <P extends Parameters>(task: Task<P>, ...values: Given<P>): void => start(-1, task, values),
  {
    on: <P extends Parameters>(where: number, task: Task<P>, ...values: Given<P>): void => {
      const { procs } = p.memory.layout
      if (!Number.isInteger(where) || where < 0 || where >= procs)
        throw new RangeError(`go.on: P ${where} must be from 0 to ${procs - 1}`)
      start(where, task, values)
    },
  },
)

function start(where: number, task: unknown, values: readonly unknown[]): void {
  if (!(task instanceof DeclaredTask))
    throw new TypeError(
      "go: this is no declared task; write const worker = task('worker', [kinds], function* …) at module level",
    )
  if (values.length !== task.kinds.length)
    throw new TypeError(
      `go: task ${task.taskName} takes ${task.kinds.length} arguments, and was given ${values.length}`,
    )
  expectGoroutine('go')
  // What a value's own code does, and throws, comes before there is a goroutine.
  const stored = task.kinds.map((kind, index) => argumentOf(task, kind, index, values[index]))
  // What is asked for after the probe waits for the next safepoint: a probe that strikes after the
  // goroutine has started would say that it has not.
  const { isPolled } = p
  if (isPolled) probeStackDeep()
  else probeStackForLock()
  const id = p.goroutines.create(task.id, task.references)
  passArguments(id, task, stored)
  p.placement.assign(id, where)
  // By now everything that must live is on the new goroutine's stack.
  if (isPolled) p.world.safepoint()
}

function argumentOf(task: DeclaredTask, kind: AnyKind, index: number, value: unknown): number {
  const stored = coerce(kind.storage, value)
  if (run.check && kind.storage === KIND_REF)
    verifyValue(stored, kind.typeId(), kind.label, `argument ${index + 1} of task ${task.taskName}`)
  return stored
}

/**
 * References go onto the new stack with the barrier: nobody scans that stack in this cycle. Numbers
 * go beside the goroutine's record.
 */
function passArguments(id: GoroutineId, task: DeclaredTask, values: readonly number[]): void {
  const { memory, collector } = p
  const record = memory.goroutineWord(id, 0)
  let slot = readAt(meta, record + gWords.STACK)
  let scalars = 0
  let index = 0
  for (const value of values) {
    if (task.kinds[index++]?.storage === KIND_REF) {
      meta[slot] = 0
      collector.barrier.writeMeta(slot++, value)
    } else memory.metaF64[memory.goroutineDouble(id, gWords.ARGUMENTS + scalars++)] = value
  }
  meta[record + gWords.STACK_USED] = task.references
}

/** The generator of a goroutine that runs for the first time, made with its arguments. */
export function coroutineOf(id: GoroutineId): Coroutine {
  const { memory } = p
  const record = memory.goroutineWord(id, 0)
  const number = readAt(meta, record + gWords.TASK)
  const task = run.tasks.get(number)
  if (task === undefined)
    throw new Error(`goroutine ${id} has task ${number}, which P ${p.index} does not know`)
  let slot = readAt(meta, record + gWords.STACK)
  let scalars = 0
  const values = task.kinds.map(kind => {
    if (kind.storage === KIND_REF) return meta[slot++]
    const value = readAt(memory.metaF64, memory.goroutineDouble(id, gWords.ARGUMENTS + scalars++))
    return kind.storage === KIND_BOOL ? value !== 0 : value
  })
  // Not called as a method: `this` would lead to the runtime.
  const { body } = task
  return body(...(values as never[]))
}
