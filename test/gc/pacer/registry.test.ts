import { expect, test } from 'vitest'
import { checkShape } from '../../../gc/pacer/check.ts'
import { go121 } from '../../../gc/pacer/go1.21.ts'
import {
  builtInPacers,
  DEFAULT_PACER,
  pacerNamed,
  UnknownPacer,
} from '../../../gc/pacer/registry.ts'
import { MiB } from '../../../memory/units.ts'
import { drive } from './driver.ts'

test('finds pacers by name', () => {
  expect(pacerNamed(DEFAULT_PACER)).toBe(go121)
  expect(pacerNamed('fixed').name).toBe('fixed:trigger=0.8')
  const half = pacerNamed('fixed:trigger=0.5')
  expect(half.name).toBe('fixed:trigger=0.5')
  expect(drive(half).goals().trigger).toBe(2 * MiB)
})

test('lists pacers that are all well formed and found again by name', () => {
  const names = builtInPacers().map(pacer => pacer.name)
  expect(names).toEqual([
    ...['go1.5', 'go1.10', 'go1.14', 'redesign', 'direct', 'roots-as-heap', 'effective-gogc'],
    ...['go1.18', 'go1.19', 'go1.21', 'fixed:trigger=0.8', 'membalancer', 'zgc-like'],
  ])
  for (const name of names) expect(checkShape(pacerNamed(name), name)).toBeNull()
})

test('settings are in the name, where they are not as shipped', () => {
  const proposal = 'go1.10:hard=1.05,background=0.2,target=0.25'
  for (const spec of [proposal, 'go1.14:floating=1,idle=1,assist=2', 'go1.5:curve=1']) {
    expect(pacerNamed(spec).name).toBe(spec)
    expect(checkShape(pacerNamed(spec), spec)).toBeNull()
  }
  expect(pacerNamed('go1.10:hard=1.1').name).toBe('go1.10')
})

test.each([
  ['', "no pacer '': there is go1.5, go1.10, "],
  ['go1.22', "no pacer 'go1.22': there is go1.5, go1.10, "],
  ['constructor', "no pacer 'constructor': there is go1.5, go1.10, "],
  ['go1.21:', "pacer go1.21 has no setting '': it takes none"],
  ['go1.21:hard=1.05', "pacer go1.21 has no setting 'hard': it takes none"],
  ['fixed:share=0.5', "pacer fixed has no setting 'share': trigger=0 to 1, default 0.8"],
  ['fixed:toString=0.5', "pacer fixed has no setting 'toString': trigger=0 to 1, default 0.8"],
  ['fixed:trigger', "pacer fixed: 'trigger' is ill-formed: trigger=0 to 1, default 0.8"],
  ['fixed:trigger=', "pacer fixed: 'trigger=' is ill-formed: trigger=0 to 1, default 0.8"],
  ['fixed:trigger=1.01', "pacer fixed: 'trigger=1.01' is ill-formed: trigger=0 to 1, default 0.8"],
  ['fixed:trigger=-1', "pacer fixed: 'trigger=-1' is ill-formed: trigger=0 to 1, default 0.8"],
  ['fixed:trigger=half', "pacer fixed: 'trigger=half' is ill-formed: trigger=0 to 1, default 0.8"],
  ['fixed:trigger=0x1', "pacer fixed: 'trigger=0x1' is ill-formed: trigger=0 to 1, default 0.8"],
  ['fixed:trigger=0.5,', "pacer fixed has no setting '': trigger=0 to 1, default 0.8"],
])('refuses %j, and says what there is', (spec, message) => {
  expect(() => pacerNamed(spec)).toThrow(UnknownPacer)
  expect(() => pacerNamed(spec)).toThrow(message)
})
