// A mutant that uses a name which no longer exists fails at once, and would count as caught. So
// each mutant must compile with the types of the sources.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { patched } from './build.ts'
import { mutants } from './catalogue.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string): string => readFileSync(join(repository, file), 'utf8')

const { config } = ts.readConfigFile(join(repository, 'tsconfig.json'), ts.sys.readFile)
const { fileNames, options } = ts.parseJsonConfigFileContent(config, ts.sys, repository)
// The text that a mutant leaves out may be the only use of a name.
const lenient: ts.CompilerOptions = {
  ...options,
  noUnusedLocals: false,
  noUnusedParameters: false,
  noEmit: true,
}
delete lenient.incremental
delete lenient.tsBuildInfoFile

/** Sources that stand in for those on disk, by absolute path. All others are parsed once. */
let instead = new Map<string, string>()
const parsed = new Map<string, ts.SourceFile | undefined>()
const host = ts.createCompilerHost(lenient)
const onDisk = host.getSourceFile.bind(host)
host.getSourceFile = (path, target) => {
  const text = instead.get(path)
  if (text !== undefined) return ts.createSourceFile(path, text, target, true)
  if (!parsed.has(path)) parsed.set(path, onDisk(path, target))
  return parsed.get(path)
}
let last: ts.Program | undefined

/** What the compiler says of the files that are changed. */
function complaints(changed: ReadonlyMap<string, string>): string[] {
  instead = new Map([...changed].map(([file, text]) => [join(repository, file), text]))
  const program = ts.createProgram(fileNames, lenient, host, last)
  last = program
  return [...instead.keys()].flatMap(path =>
    program
      .getSemanticDiagnostics(program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' ')),
  )
}

test('a mutant that uses a name which does not exist is found', () => {
  const file = 'gc/cycle.ts'
  expect(
    complaints(
      new Map([[file, read(file).replace('sweeper.finish()', 'this.collector.finish()')]]),
    ),
  ).toEqual(["Property 'collector' does not exist on type 'Cycle'."])
})

test.each(mutants)('$name has the types of the sources', ({ edits }) => {
  expect(complaints(patched(edits, read))).toEqual([])
})
