import { expect, test } from 'vitest'
import { repositoryFiles, typeScriptIn } from './files.ts'
import { writers } from './writers.ts'

const faults = (path: string, text: string): string[] => writers([{ path, text }])

test.each([
  [
    'a file that is written',
    'lab/a.ts',
    "import { writeFileSync } from 'node:fs'",
    'writeFileSync is for',
  ],
  [
    'one among others',
    'lab/a.ts',
    "import {\n  readFileSync,\n  renameSync,\n} from 'node:fs'",
    'renameSync is for',
  ],
  [
    'by another name',
    'runtime/a.ts',
    "import { readFile, writeFile as put } from 'node:fs/promises'",
    'writeFile is',
  ],
  [
    'a stream',
    'runtime/host/session.ts',
    "import { createWriteStream, type WriteStream } from 'fs'",
    'createWriteStream is',
  ],
  [
    'one that is opened',
    'lab/a.ts',
    "import { openSync } from 'node:fs'\nopenSync(file, 'w')",
    'openSync is for',
  ],
  ['all of fs', 'lab/a.ts', "import * as fs from 'node:fs'", 'takes all of node:fs'],
  ['all of fs, later', 'lab/a.ts', "const fs = await import('node:fs')", 'takes all of node:fs'],
  ['a print', 'lab/a.ts', 'process.stdout.write(text)', 'prints by itself'],
  ['a console', 'runtime/a.ts', "console.error('so')", 'prints by itself'],
  [
    'more than is allowed',
    'runtime/output/descriptor-queue.ts',
    "import { writeSync } from 'node:fs'",
    'writeSync is for',
  ],
])('the rule of outputs finds %s', (_, path, text, fault) => {
  expect(faults(path, text)).toEqual([expect.stringContaining(fault)])
})

test.each([
  ['reading', 'lab/a.ts', "import { openSync, readSync } from 'node:fs'\nopenSync(file, 'r')"],
  [
    'types',
    'lab/a.ts',
    "import type { WriteStream } from 'node:fs'\nimport { type Stats, statSync } from 'node:fs'",
  ],
  [
    'the one that writes',
    'runtime/output/output-file.ts',
    "import { renameSync, writeSync } from 'node:fs'",
  ],
  ['programs', 'lab/overrun/programs/a.ts', "console.log('a')"],
  ['words', 'lab/a.ts', '// process.stdout.write\n/** console.log */'],
])('the rule of outputs allows %s', (_, path, text) => {
  expect(faults(path, text)).toEqual([])
})

test('the runtime and the lab write files and print in one place', () => {
  expect(writers(typeScriptIn(repositoryFiles(), ['runtime', 'lab']))).toEqual([])
})
