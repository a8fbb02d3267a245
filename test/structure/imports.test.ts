import { describe, expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { floors, importViolations } from './imports.ts'

const violations = (path: string, text: string): string[] => importViolations([{ path, text }])

describe('the import rule finds', () => {
  test.each([
    ['an arrow up', 'heap/span.ts', "import { mark } from '../gc/mark.ts'", 'imports go down only'],
    ['an arrow up by a type', 'gc/mark.ts', "import type { P } from '../scheduler/p.ts'", 'imports go down only'],
    ['an inline type', 'gc/mark.ts', "let p: import('../scheduler/p.ts').P", 'imports go down only'],
    ['a re-export', 'scheduler/p.ts', "export * from '../runtime/flags.ts'", 'imports go down only'],
    ['a dynamic import', 'runtime/host.ts', "const lab = await import('../lab/overrun.ts')", 'imports go down only'],
    ['a side effect', 'heap/a/b.ts', "import '../../runtime/boot.ts'", 'imports go down only'],
    ['a worker file', 'scheduler/p.ts', "new URL('../runtime/worker.js', import.meta.url)", 'imports go down only'],
    ['its own public name', 'gc/mark.ts', "import { nil } from 'sawtooth'", 'imports go down only'],
    ['a pacer that knows the collector', 'gc/pacer/fixed.ts', "import { x } from '../mark.ts'", 'gc/pacer imports'],
    ['a pacer that knows the heap', 'gc/pacer/fixed.ts', "import { load } from '#sync'", 'gc/pacer imports'],
    ['a pacer with a package', 'gc/pacer/fixed.ts', "import ss from 'simple-statistics'", 'gc/pacer imports'],
    ['node: below the runtime', 'scheduler/p.ts', "import fs from 'node:fs'", 'import no package'],
    ['a built-in without its prefix', 'heap/span.ts', "import { readFileSync } from 'fs'", 'import no package'],
    ['a package below the runtime', 'gc/mark.ts', "import Piscina from 'piscina'", 'import no package'],
    ['a way round #sync', 'gc/mark.ts', "import { load } from '../heap/sync.ts'", "import it as '#sync'"],
    [
      'a check that knows the collector',
      'verify/a.ts',
      "import { Roots } from '../gc/roots.ts'",
      'imports go down only',
    ],
    ['a test in the core', 'runtime/host.ts', "import { seed } from '../test/seed.ts'", 'leads out of the house'],
    ['Atomics', 'gc/mark.ts', 'Atomics.load(words, 0)', 'Atomics outside'],
    ['Atomics by another name', 'runtime/host.ts', 'const { load } = Atomics', 'Atomics outside'],
    ['Atomics of the global object', 'lab/a.ts', 'globalThis.Atomics.load(words, 0)', 'Atomics outside'],
  ])('%s', (_, path, text, fault) => {
    expect(violations(path, text)).toEqual([expect.stringContaining(fault)])
  })

  test('each of several in one file', () => {
    expect(violations('heap/a.ts', "import 'node:fs'\nimport '../gc/mark.ts'\nAtomics.load(w, 0)")).toHaveLength(3)
  })
})

test.each([
  ['an arrow down', 'runtime/host.ts', "import { P } from '../scheduler/p.ts'"],
  ['a neighbour', 'heap/a.ts', "import { b } from './b.ts'"],
  ['#sync anywhere but in a pacer', 'heap/a.ts', "import { load } from '#sync'"],
  ['a pacer beside a pacer', 'gc/pacer/go121.ts', "import type { Pacer } from './pacer.ts'"],
  ['packages in the runtime', 'runtime/pool.ts', "import Piscina from 'piscina'\nimport fs from 'node:fs'"],
  ['the public names in the lab', 'lab/overrun.ts', "import { run } from 'sawtooth/host'"],
  ['Atomics in the sync modules', 'trust/controlled/sync.ts', 'Atomics.load(words, 0)'],
  ['the collector to call its checks', 'gc/cycle.ts', "import { Checkmark } from '../verify/checkmark.ts'"],
  ['Atomics and imports in words', 'gc/mark.ts', "// one Atomics.load, see import '../lab/x.ts'\nlet a = 'Atomics'"],
])('the import rule allows %s', (_, path, text) => {
  expect(violations(path, text)).toEqual([])
})

test('the sources keep the import rule', () => {
  expect(importViolations(typeScriptIn(repositoryFiles(), floors))).toEqual([])
})
