import { expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { bareFlags } from './flags.ts'

const flags = (text: string): string[] => bareFlags({ path: 'gc/a.ts', text })

test.each([
  ['true', 'f(1, true)'],
  ['false', 'a.f(false)'],
  ['of a class', 'new A(true)'],
  ['negated', 'f(!0)'],
  ['negated twice', 'f(!!1)'],
  ['in brackets', 'f((!1))'],
  ['of an optional call', 'a?.f(true)'],
  ['with a type', 'f(true as boolean)'],
  ['converted', 'f(Boolean(1))'],
])('a bare flag is found: %s', (_, text) => {
  expect(flags(`\n${text}`)).toEqual([`gc/a.ts:2 ${text}`])
})

test.each([
  ['a word', "f('swept')"],
  ['a condition', 'f(a === b, !c)'],
  ['a property', 'f({ isSwept: true })'],
  [
    'a value that is returned, assigned or compared',
    'const f = () => true; a = false; if (b === true) g()',
  ],
])('no bare flag: %s', (_, text) => {
  expect(flags(text)).toEqual([])
})

test('no call in the core passes a bare flag', () => {
  const core = typeScriptIn(repositoryFiles(), ['memory', 'heap', 'gc', 'scheduler'])
  // probeStackInEarnest (memory/stack-probe.ts), which only a test calls, passes `true` to probes
  // that are made from a string.
  const known = ['probeStackForLock(true)', 'probeStackDeep(true)']
  expect(
    core.flatMap(bareFlags).filter(call => !known.some(text => call.endsWith(` ${text}`))),
  ).toEqual([])
})
