import { describe, expect, test } from 'vitest'
import { ProgramError } from '../../../runtime/load/program-error.ts'
import { stripTypes, stripWithSucrase } from '../../../runtime/load/strip-types.ts'

/** On Node 20 both are sucrase; on a later Node the first is Node's own, and the two must agree. */
const strippers = [
  ['stripTypes', stripTypes],
  ['sucrase', stripWithSucrase],
] as const

const compact = (code: string): string => code.replace(/[\s;]+/g, '')

describe.each(strippers)('%s', (_, strip) => {
  test.each([
    [
      'annotations',
      'const a: number = 1; function f(x?: string): void {}',
      'const a = 1; function f(x) {}',
    ],
    ['generics', 'const f = <T,>(x: T): T => x; f<number>(1)', 'const f = (x) => x; f(1)'],
    [
      'satisfies, as and !',
      'const a = { b: 1 } satisfies object as const; a!.b',
      'const a = { b: 1 }; a.b',
    ],
    ['types', 'type A = number; interface B { a: A }; declare const c: B; let d', '; let d'],
    [
      'type imports',
      "import type { A } from './a.ts'; import { type B, c } from './b.ts'",
      "import { c } from './b.ts'",
    ],
    [
      'class members',
      'class A<T> { private readonly x: T = 1 as T; declare y: T }',
      'class A { x = 1 }',
    ],
    [
      'declare enum and namespace',
      'declare enum A { B } declare namespace C { const d: 1 } let e',
      'let e',
    ],
  ])('erases %s', (_, source, code) => {
    expect(compact(strip(source, 'a.ts')).replace(',}', '}')).toBe(compact(code))
  })

  test('keeps an import that is only used as a type, since no one can know', () => {
    expect(strip("import { A } from './a.ts'\nlet a: A\n", 'a.ts')).toContain(
      "import { A } from './a.ts'",
    )
  })

  test('keeps every line where it was', () => {
    const source = [
      'type A =',
      '  | 1',
      '  | 2',
      'function f<',
      '  T',
      '>(x: T): T {',
      '  return x',
      '}',
      'interface B {',
    ]
    const code = strip([...source, '  a: A', '}', 'f(12)'].join('\n'), 'a.ts').split('\n')
    expect(code).toHaveLength(12)
    expect(code[6]).toContain('return x')
    expect(code[11]).toContain('f(12)')
  })

  test.each([
    ['a missing type', 'let a = 1\n\nconst x: = 3\n', 3],
    ['an enum', 'let a = 1\nenum A { B }\n', 2],
    ['an exported const enum', '\n\nexport const enum A { B }\n', 3],
    ['a namespace', 'let a\nnamespace N { export const x = 1 }\n', 2],
    ['a parameter property', 'class A {\n  constructor(private x: number) {}\n}\n', 2],
    [
      'a second parameter property',
      'class A {\n  constructor(x: number,\n  readonly y = 1) {}\n}\n',
      3,
    ],
    ['an import =', "let a\nimport x = require('y')\n", 2],
  ])('names the line of %s', (_, source, line) => {
    const error = thrown(() => strip(source, 'some/a.ts'))
    expect(error.message).toMatch(new RegExp(`^some/a\\.ts:${line}: SyntaxError: `))
    expect(error).toMatchObject({ file: 'some/a.ts', line })
  })

  test('takes these words as names', () => {
    const source =
      'const o = { enum: 1, namespace: 2, private: 3 }\no.enum\nfunction f(namespace: number) {}\nlet module = 1'
    expect(strip(source, 'a.ts')).toContain('o.enum')
  })
})

function thrown(attempt: () => unknown): ProgramError {
  try {
    attempt()
  } catch (error) {
    expect(error).toBeInstanceOf(ProgramError)
    return error as ProgramError
  }
  throw new Error('nothing was thrown')
}
