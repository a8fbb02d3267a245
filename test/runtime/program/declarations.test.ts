import { expect, test } from 'vitest'
import { Memory } from '../../../memory/memory.ts'
import { MiB } from '../../../memory/units.ts'
import { DeclarationError, Declarations } from '../../../runtime/program/declarations.ts'

type Declare = (declarations: Declarations) => void

const cell: Declare = own => own.declareType('struct Cell { value: i32 }', 16)
const task: Declare = own => own.declareTask('task worker()')
const root: Declare = own => own.declareReferences(1)
const count: Declare = own => own.declareScalars(1)

/** The error that the second of two Ps gets if each declares its own and ends. */
function told(first: readonly Declare[], second: readonly Declare[]): string | null {
  const memory = Memory.reserve({ arenaBytes: 4 * MiB, procs: 2 })
  const declareAll = (index: number, all: readonly Declare[]): void => {
    const own = new Declarations(memory, `P ${index}`)
    for (const declare of all) declare(own)
    own.close()
  }
  declareAll(0, first)
  try {
    declareAll(1, second)
    return null
  } catch (error) {
    expect(error).toBeInstanceOf(DeclarationError)
    return (error as Error).message
  }
}

test('Ps that declare the same agree', () => {
  expect(told([cell, task, root, count], [cell, task, root, count])).toBeNull()
})

test.each([
  ['types', [cell], [cell, cell]],
  ['types', [cell, cell], [cell]],
  ['tasks', [cell, task], [cell]],
  ['tasks', [], [task]],
  ['references in globals', [root], []],
  ['numbers in globals', [count], [count, count]],
])('Ps that declare more or fewer %s than another are told', (_, first, second) => {
  expect(told(first, second)).toMatch(
    /^P 1 declares .* where another P declares .*: declare the same things in the same order/,
  )
})

test('what differs is named on both sides', () => {
  expect(told([cell], [own => own.declareType('struct Other { value: i32 }', 16)])).toContain(
    'P 1 declares struct Other { value: i32 } where another P declares struct Cell { value: i32 }',
  )
  expect(told([cell], [])).toContain('P 1 declares nothing more (types: 0, tasks: 0, ')
})

test('once it has ended, nothing more is declared', () => {
  const own = new Declarations(Memory.reserve({ arenaBytes: 4 * MiB, procs: 2 }), 'P 0')
  own.close()
  expect(() => task(own)).toThrow('task worker() is declared while the program runs')
})
