import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes, rate } from '../../../lab/pacers/fields.ts'
import { readScenario } from '../../../lab/pacers/read-scenario.ts'
import { streamScenario } from '../../../lab/pacers/stream-scenario.ts'
import { UsageError } from '../../../runtime/errors/usage-error.ts'
import { inScratch } from '../../support/run-cli.ts'

const FIELDS = [rate('alloc_rate'), { ...bytes('heap_target'), min: -1 }]

function read(text: string, fields = FIELDS): Promise<ReturnType<typeof readScenario>> {
  return inScratch(async scratch => {
    const file = join(scratch, 'in.json')
    writeFileSync(file, text)
    return readScenario(file, () => fields)
  })
}

test('cycles become columns, and the rest the header, whatever the order and the blanks', async () => {
  const cycles = '[ {"alloc_rate": 1.5, "heap_target": -1},\n{"heap_target":7,"alloc_rate":2} ]'
  for (const text of [
    `{"name":"a","cycles":${cycles},"global":{"x":1}}`,
    `\n{ "name" : "a" , "global":{"x":1}, "cycles" :\t${cycles} }\n`,
  ]) {
    const { header, columns, cycles: count } = await read(text)
    expect(header).toEqual({ name: 'a', global: { x: 1 } })
    expect(columns.map(column => [...column])).toEqual([
      [1.5, 2],
      [-1, 7],
    ])
    expect(count).toBe(2)
  }
})

test('brackets in a text end no list, and a mark of byte order is none of the text', async () => {
  const { columns } = await read(
    '\ufeff{"cycles":[{"alloc_rate":1,"heap_target":2,"note":"a ] in } a text"},{"alloc_rate":3,"heap_target":4}]}',
  )
  expect([...(columns[0] as Float64Array)]).toEqual([1, 3])
})

/** Objects of any form, with names as odd as a text may be. */
const extras = fc.dictionary(
  fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('cycles', '"cycles":[', '\\', '\ufeff'),
  ),
  fc.jsonValue({ maxDepth: 3 }),
  { maxKeys: 4 },
)
const records = fc
  .tuple(extras, fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }))
  .map(([extra, rate]) => ({
    ...extra,
    alloc_rate: rate,
    heap_target: 7,
  }))
const files = fc.record({
  before: extras.map(({ cycles: _, ...others }) => others),
  behind: extras.map(({ cycles: _, ...others }) => others),
  cycles: fc.array(records, { minLength: 1, maxLength: 12 }),
  indent: fc.constantFrom(0, 1, '\t', '\r\n '),
  mark: fc.constantFrom('', '\ufeff'),
})

describe('every valid file is read as JSON.parse reads it', () => {
  test('whatever stands around its numbers, and wherever a piece ends', async () => {
    await inScratch(async scratch => {
      const file = join(scratch, 'in.json')
      fc.assert(
        fc.property(
          files,
          fc.integer({ min: 1, max: 90 }),
          ({ before, behind, cycles, indent, mark }, pieceBytes) => {
            const text = JSON.stringify({ ...before, cycles, ...behind }, null, indent)
            writeFileSync(file, mark + text)
            const { cycles: wanted, ...header } = JSON.parse(text) as {
              cycles: { alloc_rate: number }[]
            }
            const found = readScenario(file, () => FIELDS)
            expect(found.header).toEqual(header)
            expect([...(found.columns[0] as Float64Array)]).toEqual(
              wanted.map(one => one.alloc_rate),
            )
            const streamed: unknown[] = []
            const beside = streamScenario(
              file,
              () => {},
              one => streamed.push(one),
              pieceBytes,
            )
            expect(beside).toEqual(header)
            expect(streamed).toEqual(wanted)
          },
        ),
        { numRuns: 300 },
      )
    })
  })

  test.each([
    [
      'two lists of cycles, of which the last counts',
      '{"cycles":[{"v":1}],"cycles":[{"v":2},{"v":3}]}',
      [2, 3],
    ],
    ['a name with an escape', '{"cycle\\u0073":[{"v":2}]}', [2]],
    ['two numbers of one name, of which the last counts', '{"cycles":[{"v":1,"v":2}]}', [2]],
    [
      'a list of the same name deeper',
      '{"a":{"cycles":[9]},"b":"\\"cycles\\":[","cycles":[{"v":2}]}',
      [2],
    ],
    [
      'brackets and quotes in texts',
      '{"cycles":[{"n":"\\\\","v":1},{"n":"\\"]}","v":2}],"t":"]}"}',
      [1, 2],
    ],
    ['lists and objects in a record', '{"cycles":[{"x":[1,[]],"y":{"z":"}"},"v":1}]}', [1]],
  ])('%s', async (_, text, wanted) => {
    const { columns } = await read(text, [rate('v')])
    expect([...(columns[0] as Float64Array)]).toEqual(wanted)
  })
})

test('what is no JSON is refused, wherever it is broken', async () => {
  const whole = JSON.stringify({
    a: [1, 'x'],
    cycles: [
      { alloc_rate: 1, heap_target: 1 },
      { alloc_rate: 2, heap_target: 1 },
    ],
    b: {},
  })
  for (let at = 0; at < whole.length; at++)
    for (const broken of [
      whole.slice(0, at),
      whole.slice(0, at) + whole.slice(at + 1),
      `${whole.slice(0, at)}]${whole.slice(at)}`,
    ]) {
      let isJson = true
      try {
        JSON.parse(broken)
      } catch {
        isJson = false
      }
      if (isJson) continue // a digit or a letter less
      const error = await read(broken).then(
        () => null,
        (reason: Error) => reason,
      )
      expect(error, broken).toBeInstanceOf(UsageError)
      expect(error?.message, broken).toMatch(/^[^\n]*in\.json: .*is no JSON/)
    }
})

describe('bad input is one line that names file, cycle and field', () => {
  const fine = '{"alloc_rate":1,"heap_target":1}'
  test.each([
    [
      'a missing field',
      `{"cycles":[${fine},{"alloc_rate":1}]}`,
      'cycle 1: heap_target is missing; it must be a whole number, at least -1',
    ],
    [
      'a negative rate',
      `{"cycles":[{"alloc_rate":-2,"heap_target":1}]}`,
      'cycle 0: alloc_rate = -2; it must be a number, at least 0',
    ],
    [
      'a wrong type',
      `{"cycles":[{"alloc_rate":"1","heap_target":1}]}`,
      'cycle 0: alloc_rate = "1"; it must be a number',
    ],
    [
      'null',
      `{"cycles":[{"alloc_rate":null,"heap_target":1}]}`,
      'cycle 0: alloc_rate = null; it must be a number',
    ],
    [
      'a fraction of a byte',
      `{"cycles":[{"alloc_rate":1,"heap_target":1.5}]}`,
      'cycle 0: heap_target = 1.5; it must be a whole number',
    ],
    [
      'more than a number holds',
      `{"cycles":[{"alloc_rate":1e999,"heap_target":1}]}`,
      'cycle 0: alloc_rate = Infinity; it must be a number',
    ],
    [
      'NaN, which is no JSON',
      `{"cycles":[${fine},{"alloc_rate":NaN,"heap_target":1},${fine}]}`,
      'cycle 1: alloc_rate = NaN is no JSON',
    ],
    [
      'a cycle that is no object',
      `{"cycles":[${fine},7]}`,
      'cycle 1: is a number, must be an object',
    ],
    ['an empty list', '{"cycles":[]}', 'cycles: is empty; there must be one at least'],
    ['no list', '{"global":{}}', 'cycles: is missing; there must be a list of cycles'],
    [
      'something else than a list',
      '{"cycles":7}',
      'cycles: is no list; there must be a list of cycles',
    ],
    ['a list that does not end', `{"cycles":[${fine},`, 'the file: is no JSON'],
    ['a comma too few', `{"cycles":[${fine}${fine}]}`, 'the file: is no JSON'],
    ['no JSON at all', 'hello', 'the file: is no JSON'],
    ['a list', '[1]', 'the file: must hold an object'],
    ['trouble behind the cycles', `{"cycles":[${fine}], "global": }`, 'the file: is no JSON'],
  ])('%s', async (_, text, message) => {
    const error = await read(text).then(
      () => null,
      (reason: Error) => reason,
    )
    expect(error?.message).toContain(`in.json: ${message}`)
    expect(error?.message).not.toContain('\n')
  })

  test('a directory', () => {
    expect(() => readScenario('/', () => FIELDS)).toThrow('/ cannot be read: EISDIR')
  })

  test('a missing file', () => {
    expect(() => readScenario('/nowhere/in.json', () => FIELDS)).toThrow(
      '/nowhere/in.json cannot be read: ENOENT',
    )
  })
})
