/** The form of `pacers soft-goal --json`, and what makes it of the runs. */
import type { Machine } from '../../machine.ts'
import type { Played, Task } from './play.ts'
import type { Question } from './questions.ts'

export interface Row extends Task {
  /** By the heads of the question's columns; null where the engine does not tell. */
  readonly values: Readonly<Record<string, number | null>>
}

export interface Answer extends Pick<Question, 'name' | 'title' | 'says'> {
  readonly columns: readonly { readonly head: string; readonly digits: number }[]
  readonly rows: readonly Row[]
}

export interface SoftGoalResults {
  readonly schema: 1
  readonly machine: Machine
  readonly command: string
  readonly seed: number
  readonly answers: readonly Answer[]
  readonly played: readonly Played[]
  /** What could not be played, and why. */
  readonly failed: readonly (Task & { readonly message: string })[]
}

export function isSame(one: Task, other: Task): boolean {
  return one.pacer === other.pacer && one.scenario === other.scenario && one.engine === other.engine
}

/** The answer to a question. A task that was not played has no row. */
export function answerOf(question: Question, played: readonly Played[]): Answer {
  const { name, title, says, columns, tasks } = question
  return {
    ...{ name, title, says },
    columns: columns.map(({ head, digits }) => ({ head, digits })),
    rows: tasks.flatMap(task =>
      played
        .filter(one => isSame(one, task))
        .map(one => ({
          ...task,
          values: Object.fromEntries(columns.map(({ head, value }) => [head, value(one)])),
        })),
    ),
  }
}

/** A cell as text. A rounded 0 has no sign. */
export function cellOf({ values }: Row, { head, digits }: Answer['columns'][number]): string {
  const value = values[head]
  return value === null || value === undefined
    ? '-'
    : value.toFixed(digits).replace(/^-(?=0(?:\.0*)?$)/, '')
}
