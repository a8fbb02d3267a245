import { expect, test } from 'vitest'
import { Random, seedOf } from '../../../lab/random.ts'
import { drawProgram, type Operation, type Size, type SoakProgram } from '../../../trust/soak/grammar.ts'

const sizes: readonly Size[] = ['tiny', 'small', 'medium']
const programs = Array.from({ length: 300 }, (_, seed) => drawProgram(new Random(seed), sizes[seed % 3], 2 ** 20))

/** All operations, those in scopes too. */
function flat(operations: readonly Operation[]): Operation[] {
  return operations.flatMap(operation =>
    operation.do === 'scope' ? [operation, ...flat(operation.operations)] : [operation],
  )
}

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
  const drawn = (seed: number): string => JSON.stringify(drawProgram(new Random(seed), 'small', 2 ** 20))
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

test('scripts fork later ones alone, and few goroutines', () => {
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
  const drawn = new Set(programs.flatMap(({ scripts }) => scripts.flatMap(s => flat(s.operations).map(o => o.do))))
  expect([...drawn].sort()).toEqual(
    [
      'allocate', 'census', 'churn', 'descend', 'drop', 'fork', 'gc', 'grow', 'join', 'link', 'move', 'pack', 'percent', 'poll',
      'scope', 'ship', 'sleep', 'statistics', 'steal', 'swap', 'take', 'transfer', 'unlink', 'unpack', 'verify', 'write', 'yield',
    ], // biome-ignore format: a list
  )
})
