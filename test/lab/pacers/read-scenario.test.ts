import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes, rate } from '../../../lab/pacers/fields.ts'
import { readScenario } from '../../../lab/pacers/read-scenario.ts'
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
    expect(header).toEqual({ name: 'a', global: { x: 1 }, cycles: [] })
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

test('a file of any length is read piece by piece as if at once', async () => {
  const value = fc.record({
    alloc_rate: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
    heap_target: fc.integer({ min: -1 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 4 }),
      async (some, indent) => {
        // Some pieces of 64 KiB.
        const cycles = Array.from({ length: 9000 }, (_, at) => some[at % some.length])
        const { columns } = await read(JSON.stringify({ cycles }, null, indent))
        expect([...(columns[0] as Float64Array)]).toEqual(cycles.map(one => one?.alloc_rate))
        expect([...(columns[1] as Float64Array)]).toEqual(cycles.map(one => one?.heap_target))
      },
    ),
    { numRuns: 8 },
  )
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
    ['null', `{"cycles":[{"alloc_rate":null,"heap_target":1}]}`, 'cycle 0: alloc_rate = null; it must be a number'],
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
    ['a cycle that is no object', `{"cycles":[${fine},7]}`, 'cycle 1: is a number, must be an object'],
    ['an empty list', '{"cycles":[]}', 'cycles: is empty; there must be one at least'],
    ['no list', '{"global":{}}', 'cycles: is missing; there must be a list of cycles'],
    ['something else than a list', '{"cycles":7}', 'cycles: is no list; there must be a list of cycles'],
    ['a list that does not end', `{"cycles":[${fine},`, 'cycles: the list does not end'],
    ['a comma too few', `{"cycles":[${fine}${fine}]}`, 'cycle 0 or one soon after it: is no JSON'],
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
    expect(() => readScenario('/nowhere/in.json', () => FIELDS)).toThrow('/nowhere/in.json cannot be read: ENOENT')
  })
})
