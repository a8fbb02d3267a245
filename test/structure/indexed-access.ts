// The rule of indexed access: what an index or a key reads may be undefined.
//
// It is the compiler's noUncheckedIndexedAccess. A tsconfig has it for all that it reaches or for
// nothing, and the runtime reaches the core. So the runtime is compiled with it here, and only what
// the compiler says of the runtime's own files counts. The lab is compiled against the types of the
// built core, so its tsconfig can have the option.
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import type { SourceFile } from './files.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * What a program calls at each access to an object: as the core, it reads views without a check.
 */
const HOT: readonly string[] = [
  'runtime/program/array.ts',
  'runtime/program/global.ts',
  'runtime/program/struct.ts',
]

/** One line for each breach in these files. What they import is read from the disk. */
export function uncheckedAccesses(files: readonly SourceFile[]): string[] {
  const { options } = ts.getParsedCommandLineOfConfigFile(
    `${root}tsconfig.test.json`,
    { noUncheckedIndexedAccess: true },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => {} },
  ) as ts.ParsedCommandLine
  const texts = new Map(files.map(({ path, text }) => [root + path, text]))
  const host = ts.createCompilerHost(options)
  const readFile = host.readFile.bind(host)
  host.readFile = name => texts.get(name) ?? readFile(name)
  const program = ts.createProgram([...texts.keys()], options, host)
  return files
    .filter(({ path }) => !HOT.includes(path))
    .flatMap(({ path }) => program.getSemanticDiagnostics(program.getSourceFile(root + path)))
    .map(lineOf)
}

function lineOf({ file, start = 0, messageText }: ts.Diagnostic): string {
  const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line + 1
  const message = ts.flattenDiagnosticMessageText(messageText, ' ')
  return `${file?.fileName.slice(root.length)}:${line}: ${message}`
}
