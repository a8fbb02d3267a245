import { describe, expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { circles, drawing, floors, importViolations } from './house.ts'

const violations = (path: string, text: string): string[] => importViolations([{ path, text }])

describe('the import rule finds', () => {
  test.each([
    ['an arrow up', 'heap/span.ts', "import { mark } from '../gc/mark.ts'", 'imports go down only'],
    [
      'an arrow up by a type',
      'gc/mark.ts',
      "import type { P } from '../scheduler/p.ts'",
      'imports go down only',
    ],
    [
      'an inline type',
      'gc/mark.ts',
      "let p: import('../scheduler/p.ts').P",
      'imports go down only',
    ],
    [
      'a re-export',
      'scheduler/p.ts',
      "export * from '../runtime/flags.ts'",
      'imports go down only',
    ],
    [
      'a dynamic import',
      'runtime/host/host.ts',
      "await import('../../lab/overrun.ts')",
      'imports go down only',
    ],
    ['a side effect', 'heap/a/b.ts', "import '../../runtime/boot.ts'", 'imports go down only'],
    [
      'a worker file',
      'scheduler/p.ts',
      "new URL('../runtime/worker.js', import.meta.url)",
      'imports go down only',
    ],
    [
      'an arrow up by its package',
      'gc/mark.ts',
      "import 'sawtooth/internal/scheduler/p'",
      'imports go down only',
    ],
    ['its own public name', 'gc/mark.ts', "import { nil } from 'sawtooth'", 'imports go down only'],
    [
      'a pacer that knows the collector',
      'gc/pacer/fixed.ts',
      "import { x } from '../mark.ts'",
      'gc/pacer/ is closed',
    ],
    [
      'a pacer that knows the heap',
      'gc/pacer/fixed.ts',
      "import { load } from '#sync'",
      'gc/pacer/ is closed',
    ],
    [
      'a pacer with a package',
      'gc/pacer/fixed.ts',
      "import ss from 'simple-statistics'",
      'gc/pacer/ is closed',
    ],
    [
      'node: below the runtime',
      'scheduler/p.ts',
      "import fs from 'node:fs'",
      'the core imports no package',
    ],
    [
      'a built-in without its prefix',
      'heap/span.ts',
      "import { readFileSync } from 'fs'",
      'the core imports no package',
    ],
    [
      'a package below the runtime',
      'gc/mark.ts',
      "import Piscina from 'piscina'",
      'the core imports no package',
    ],
    [
      'a way round #sync',
      'gc/mark.ts',
      "import { load } from '../memory/sync.ts'",
      "import it as '#sync'",
    ],
    [
      'a check that knows the collector',
      'gc/verify/a.ts',
      "import { Roots } from '../mark/roots.ts'",
      'is closed',
    ],
    [
      'a record that knows the checks',
      'gc/record/a.ts',
      "import { b } from '../verify/b.ts'",
      'gc/record/ is closed',
    ],
    [
      'a check that knows the records',
      'gc/verify/a.ts',
      "import { b } from '../record/b.ts'",
      'gc/verify/ is closed',
    ],
    [
      'an arrow up on one floor',
      'gc/mark/a.ts',
      "import { Gate } from '../work/gate.ts'",
      'imports go down only',
    ],
    [
      'a report that knows options',
      'runtime/report/a.ts',
      "import '../options/b.ts'",
      'imports go down only',
    ],
    [
      'a test in the core',
      'runtime/host/host.ts',
      "import { seed } from '../../test/seed.ts'",
      'leads out of the house',
    ],
    ['Atomics', 'gc/mark.ts', 'Atomics.load(words, 0)', 'Atomics outside'],
    [
      'Atomics by another name',
      'runtime/host/host.ts',
      'const { load } = Atomics',
      'Atomics outside',
    ],
    [
      'Atomics of the global object',
      'lab/a.ts',
      'globalThis.Atomics.load(words, 0)',
      'Atomics outside',
    ],
  ])('%s', (_, path, text, fault) => {
    expect(violations(path, text)).toEqual([expect.stringContaining(fault)])
  })

  test('each of several in one file', () => {
    expect(
      violations('heap/a.ts', "import 'node:fs'\nimport '../gc/mark.ts'\nAtomics.load(w, 0)"),
    ).toHaveLength(3)
  })
})

test.each([
  ['an arrow down', 'runtime/host/host.ts', "import { P } from '../../scheduler/p.ts'"],
  ['a neighbour', 'heap/a.ts', "import { b } from './b.ts'"],
  ['#sync anywhere but in a pacer', 'heap/a.ts', "import { load } from '#sync'"],
  ['a pacer beside a pacer', 'gc/pacer/go121.ts', "import type { Pacer } from './pacer.ts'"],
  [
    'packages in the runtime',
    'runtime/pool.ts',
    "import Piscina from 'piscina'\nimport fs from 'node:fs'",
  ],
  ['the public names in the lab', 'lab/overrun.ts', "import { run } from 'sawtooth/host'"],
  [
    'what is internal in the lab',
    'lab/overrun.ts',
    "import { go121 } from 'sawtooth/internal/gc/pacer/go1.21'",
  ],
  ['Atomics in the sync modules', 'memory/controlled/sync.ts', 'Atomics.load(words, 0)'],
  [
    'the collector to call its checks',
    'gc/cycle.ts',
    "import { Checkmark } from './verify/checkmark.ts'",
  ],
  [
    'Atomics and imports in words',
    'gc/mark.ts',
    "// one Atomics.load, see import '../lab/x.ts'\nlet a = 'Atomics'",
  ],
])('the import rule allows %s', (_, path, text) => {
  expect(violations(path, text)).toEqual([])
})

const sources = typeScriptIn(repositoryFiles(), floors)

test('the sources keep the import rule', () => {
  expect(importViolations(sources)).toEqual([])
})

describe('a circle is found', () => {
  const house = (...arrows: [from: string, to: string][]) =>
    arrows.map(([path, to]) => ({ path, text: `import '${to}'` }))

  test('between files of one folder', () => {
    const files = house(['gc/a.ts', './b.ts'], ['gc/b.ts', './c.ts'], ['gc/c.ts', './a.ts'])
    expect(circles(files)).toEqual(['gc/a.ts → gc/b.ts → gc/c.ts → gc/a.ts'])
  })

  test('between rooms, by files that are in none', () => {
    const files = house(['gc/mark/a.ts', '../work/b.ts'], ['gc/work/c.ts', '../mark/d.ts'])
    expect(circles(files)).toEqual(['gc/mark → gc/work → gc/mark'])
  })

  test('between a room and a file beside it', () => {
    const files = house(['gc/mark/a.ts', '../world.ts'], ['gc/world.ts', './mark/b.ts'])
    expect(circles(files)).toEqual(['gc/mark → gc/world.ts → gc/mark'])
  })

  test('and none where there is none', () => {
    const files = house(
      ['gc/mark/a.ts', '../world.ts'],
      ['gc/collector.ts', './mark/a.ts'],
      ['gc/b.ts', './world.ts'],
    )
    expect(circles(files)).toEqual([])
  })
})

test('the sources hold no circle', () => {
  expect(circles(sources)).toEqual([])
})

test('the house can be drawn', () => {
  const drawn = drawing(sources)
  console.log(drawn)
  expect(drawn.split('\n')[0]).toMatch(/^lab/)
})
