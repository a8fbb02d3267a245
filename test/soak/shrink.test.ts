import { expect, test } from 'vitest'
import type { Operation, Script } from './grammar.ts'
import { shrinkTrial } from './shrink.ts'
import { trialsOf } from './soak.ts'
import type { Trial } from './trial.ts'

const operationsOf = ({ program }: Trial): Operation[] =>
  program.scripts.flatMap(({ operations }) => operations)

const left: Operation = { do: 'leave', how: 'timer' }

function scriptOf(operations: readonly Operation[]): Script {
  return { locals: 1, table: 0, globals: 0, rounds: 1, operations, bequeaths: false, replies: 0 }
}

test('of a trial that fails by two of its operations, and on two Ps, these are left', async () => {
  for (let index = 0; index < 20; index++) {
    const [trial] = trialsOf(1, index, 'cut')
    let tries = 0
    const fails = async (candidate: Trial): Promise<boolean> => {
      tries++
      const operations = operationsOf(candidate)
      const grown = operations.findIndex(operation => operation.do === 'grow')
      const broken = operations.findIndex(operation => operation.do === 'sabotage')
      return grown >= 0 && broken > grown && Number(candidate.configuration.procs) >= 2
    }
    const start = { ...trial, configuration: { ...trial.configuration, procs: 5 } }
    const { program, configuration } = await shrinkTrial(start, fails, Number.POSITIVE_INFINITY)
    expect(program.scripts.length).toBe(1)
    expect(program.scripts[0].operations.map(operation => operation.do)).toEqual([
      'grow',
      'sabotage',
    ])
    expect(program.scripts[0].operations[0]).toMatchObject({ size: 1 })
    expect(program.scripts[0].rounds).toBe(1)
    expect(configuration.procs).toBe(2)
    const said = Object.entries(configuration).filter(([, value]) => value !== null)
    expect(said.map(([name]) => name)).toEqual(['procs', 'arena', 'seed', 'size'])
    expect(tries).toBeLessThan(2000)
  }
})

test('of the runs before it, and of what is in attempts, only what the failure needs is left', async () => {
  const [trial, other] = trialsOf(1, 4, 'cut')
  const leaves = {
    ...other,
    program: { ...other.program, scripts: [scriptOf([{ do: 'gc' }, left, { do: 'gc' }])] },
  }
  const attempt: Operation = {
    ...{ do: 'attempt', slots: 3, after: 2, thrown: 'error', stamp: 1, guard: 1 },
    operations: [{ do: 'gc' }, { do: 'drop', place: 1 }, { do: 'gc' }],
  }
  const program = {
    ...trial.program,
    scripts: [scriptOf([{ do: 'gc' }, attempt, { do: 'overflow', left: 9, operation: left }])],
  }
  const fails = async ({ program: { scripts }, before = [] }: Trial): Promise<boolean> => {
    const text = JSON.stringify(scripts)
    return (
      /drop/.test(text) &&
      /leave/.test(text) &&
      before.some(run => operationsOf(run).includes(left))
    )
  }
  const small = await shrinkTrial(
    { ...trial, program, before: [other, leaves, other] },
    fails,
    Number.POSITIVE_INFINITY,
  )
  expect(operationsOf(small)).toEqual([{ do: 'drop', place: 1 }, left])
  expect(small.before?.map(operationsOf)).toEqual([[left]])
})

test('a trial of which nothing can be taken away stays, and the time ends the search', async () => {
  const [trial] = trialsOf(1, 3, null)
  expect(await shrinkTrial(trial, async () => false, Number.POSITIVE_INFINITY)).toEqual(trial)
  expect(await shrinkTrial(trial, async () => true, 0)).toEqual(trial)
})

test('a seed and a number are a program and its configurations', () => {
  expect(trialsOf(5, 2, null)).toEqual(trialsOf(5, 2, null))
  expect(trialsOf(5, 2, null)).not.toEqual(trialsOf(5, 3, null))
  const [first, second] = trialsOf(5, 2, null)
  expect(second.program).toBe(first.program)
  expect(second.configuration.arena).toBe(first.configuration.arena)
})
