import { expect, test } from 'vitest'
import type { Operation } from '../../../trust/soak/grammar.ts'
import { shrinkTrial } from '../../../trust/soak/shrink.ts'
import { trialsOf } from '../../../trust/soak/soak.ts'
import type { Trial } from '../../../trust/soak/trial.ts'

const operationsOf = ({ program }: Trial): Operation[] => program.scripts.flatMap(({ operations }) => operations)

test('of a trial that fails by two of its operations, and on two Ps, these are left', async () => {
  for (let index = 0; index < 20; index++) {
    const [trial] = trialsOf(1, index, 'cut')
    let tries = 0
    const fails = async (candidate: Trial): Promise<boolean> => {
      tries++
      const operations = operationsOf(candidate)
      const grown = operations.findIndex(operation => operation.do === 'grow')
      const broken = operations.findIndex(operation => operation.do === 'sabotage')
      return grown >= 0 && broken > grown && Number(candidate.configuration['procs']) >= 2
    }
    const start = { ...trial, configuration: { ...trial.configuration, procs: 5 } }
    const { program, configuration } = await shrinkTrial(start, fails, Number.POSITIVE_INFINITY)
    expect(program.scripts.length).toBe(1)
    expect(program.scripts[0].operations.map(operation => operation.do)).toEqual(['grow', 'sabotage'])
    expect(program.scripts[0].operations[0]).toMatchObject({ size: 1 })
    expect(program.scripts[0].rounds).toBe(1)
    expect(configuration['procs']).toBe(2)
    const said = Object.entries(configuration).filter(([, value]) => value !== null)
    expect(said.map(([name]) => name)).toEqual(['procs', 'arena', 'seed', 'size'])
    expect(tries).toBeLessThan(2000)
  }
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
  expect(second.configuration['arena']).toBe(first.configuration['arena'])
})
