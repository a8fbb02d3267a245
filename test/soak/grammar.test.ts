import { expect, test } from 'vitest'
import { Random, seedOf } from '../support/random.ts'
import { ENDING_NAMES } from './endings.ts'
import {
  drawProgram,
  LEFTOVERS,
  type Operation,
  type Size,
  type SoakProgram,
  THROWN,
} from './grammar.ts'

const sizes: readonly Size[] = ['tiny', 'small', 'medium']
const programs = Array.from({ length: 300 }, (_, seed) =>
  drawProgram(new Random(seed), sizes[seed % 3], 2 ** 20),
)

/** All operations, also those within others. */
function flat(operations: readonly Operation[]): Operation[] {
  return operations.flatMap(operation => {
    if (operation.do === 'overflow') return [operation, operation.operation]
    return 'operations' in operation ? [operation, ...flat(operation.operations)] : [operation]
  })
}

const drawnOf = <What extends Operation['do']>(what: What): Extract<Operation, { do: What }>[] =>
  programs
    .flatMap(({ scripts }) => scripts.flatMap(script => flat(script.operations)))
    .filter((operation): operation is Extract<Operation, { do: What }> => operation.do === what)

/** How many goroutines a program starts, main among them. */
function goroutinesOf({ scripts }: SoakProgram): number {
  const starts = scripts.map((_, index) => Number(index === 0))
  scripts.forEach((script, index) => {
    for (const operation of flat(script.operations))
      if (operation.do === 'fork') starts[operation.script] += starts[index]
  })
  return starts.reduce((sum, count) => sum + count, 0)
}

test('a seed is a program, and another seed another one', () => {
  const drawn = (seed: number): string =>
    JSON.stringify(drawProgram(new Random(seed), 'small', 2 ** 20))
  expect(drawn(7)).toBe(drawn(7))
  expect(new Set(programs.map(program => JSON.stringify(program))).size).toBe(programs.length)
  expect(new Set(Array.from({ length: 1000 }, (_, index) => seedOf(1, index))).size).toBe(1000)
})

test('a program is plain data', () => {
  for (const program of programs) expect(JSON.parse(JSON.stringify(program))).toEqual(program)
})

test('a number of some magnitude is a whole one, also below a limit that is none', () => {
  const random = new Random(1)
  const drawn = Array.from({ length: 1000 }, () => random.magnitude(1, 3.5))
  expect([...new Set(drawn)].sort()).toEqual([1, 2, 3])
})

test('scripts fork only later scripts, and few goroutines', () => {
  for (const program of programs) {
    program.scripts.forEach((script, index) => {
      for (const operation of flat(script.operations))
        if (operation.do === 'fork') expect(operation.script).toBeGreaterThan(index)
    })
    expect(goroutinesOf(program)).toBeLessThanOrEqual(40)
  }
  expect(Math.max(...programs.map(goroutinesOf))).toBeGreaterThan(20)
})

test('every operation but sabotage is drawn', () => {
  const drawn = new Set(
    programs.flatMap(({ scripts }) => scripts.flatMap(s => flat(s.operations).map(o => o.do))),
  )
  expect([...drawn].sort()).toEqual(
    [
      'allocate', 'attempt', 'census', 'churn', 'descend', 'drop', 'end', 'fork', 'gc', 'grow', 'join', 'leave', 'link', 'move',
      'overflow', 'pack', 'percent', 'poll', 'print', 'scope', 'ship', 'sleep', 'statistics', 'steal', 'swap', 'take', 'transfer',
      'unlink', 'unpack', 'verify', 'write', 'yield',
    ], // biome-ignore format: a list
  )
})

test('everything that can be thrown is, after any number of operations, with a guard and without', () => {
  const attempts = drawnOf('attempt')
  expect(new Set(attempts.map(({ thrown }) => thrown))).toEqual(new Set(THROWN))
  expect(attempts.some(({ after }) => after === 0)).toBe(true)
  expect(attempts.some(({ after, operations }) => after === operations.length)).toBe(true)
  expect(attempts.every(({ after, operations }) => after <= operations.length)).toBe(true)
  expect(new Set(attempts.map(({ guard }) => guard)).size).toBeGreaterThan(2)
})

test('what is left behind and how a run ends is drawn for few programs, once in each, and every way of it', () => {
  const all = Array.from({ length: 3000 }, (_, seed) =>
    drawProgram(new Random(seed), 'tiny', 2 ** 18),
  )
  for (const [what, ways] of [
    ['leave', LEFTOVERS],
    ['end', ENDING_NAMES],
  ] as const) {
    const found = all.map(({ scripts }) =>
      scripts.flatMap(({ operations }) => operations.filter(operation => operation.do === what)),
    )
    const share = found.filter(({ length }) => length > 0).length / all.length
    expect(share).toBeGreaterThan(0.05)
    expect(share).toBeLessThan(0.25)
    expect(Math.max(...found.map(({ length }) => length))).toBe(1)
    const drawn = found.flat().map(operation => (operation as { how: string }).how)
    expect(new Set(drawn)).toEqual(new Set(ways))
  }
})
