import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inputOf } from '../../../lab/pacers/input.ts'
import type { EngineName, InputOptions } from '../../../lab/pacers/options.ts'
import { inScratch } from '../../support/run-cli.ts'

interface File {
  readonly global: object
  readonly cycles: readonly object[]
}

const read = (path: string): File =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as File
const stepped = read('stepped/scenarios/steady.json')
const macro = read('macro/pacer-model/scenarios/steady.json')

async function engineOf(value: object, engine: EngineName | null = null): Promise<string> {
  return inScratch(async scratch => {
    const file = join(scratch, 'in.json')
    writeFileSync(file, JSON.stringify(value))
    const options: InputOptions = {
      pacer: null,
      input: { file },
      csv: null,
      json: undefined,
      seed: 1,
    }
    const found = inputOf(options, engine)
    expect(found.scenario.cycles).toBe(50)
    return `${found.engine}, ${found.scenario.columns.length} fields`
  })
}

test('the file says which engine it is for, before its cycles or behind them; it is macro if it does not', async () => {
  const { global, cycles } = stepped
  expect(await engineOf({ engine: 'stepped', global, cycles })).toBe('stepped, 8 fields')
  expect(await engineOf({ cycles, engine: 'stepped', global })).toBe('stepped, 8 fields')
  expect(await engineOf({ cycles, engine: 'noisy', global })).toBe('noisy, 8 fields')
  expect(await engineOf({ cycles: macro.cycles, global: macro.global })).toBe('macro, 6 fields')
})

test('what is asked for wins over the file', async () => {
  expect(
    await engineOf({ engine: 'stepped', global: stepped.global, cycles: stepped.cycles }, 'noisy'),
  ).toBe('noisy, 8 fields')
})

test('an engine that there is not, before the cycles or behind them, and cycles of another form are told as what they are', async () => {
  const { global, cycles } = stepped
  for (const value of [
    { engine: 'walk', cycles },
    { cycles, engine: 'walk' },
  ])
    await expect(engineOf(value)).rejects.toThrow(
      'in.json: engine: is "walk"; it must be macro, stepped, noisy',
    )
  await expect(engineOf({ cycles, global })).rejects.toThrow(
    'in.json: cycle 0: heap_target is missing',
  )
})
