// The rule of outputs: the runtime and the lab write files in one place,
// runtime/output/output-file.ts, and print in one way. So a full disk, a file that exists already
// and a reader that does not read are handled alike everywhere.
import type { SourceFile } from './files.ts'

/** Calls of node:fs that write a file, or give one another's name. */
const writing =
  /^(?:write|writev|writeFile|appendFile|createWriteStream|truncate|ftruncate|copyFile|cp|rename|link|symlink)(?:Sync)?$/

/** The files that may write, and what they may write. */
const allowed: Readonly<Record<string, RegExp>> = {
  'runtime/output/output-file.ts':
    /^(?:writeFileSync|writeSync|ftruncateSync|renameSync|openSync)$/,
  // A copy of Go in a temporary folder.
  'lab/overrun/go-variants/go-copy.ts': /^(?:cp|symlink|writeFile)$/,
  'lab/overrun/go-tests/measure.ts': /^(?:cp|writeFile)$/,
  // A pipe, which is asked again.
  'runtime/output/descriptor-queue.ts': /^writevSync$/,
  // The last words of a process that nothing else ends.
  'runtime/host/signals.ts': /^writeSync$/,
  // A pipe, opened again so that it does not block.
  'runtime/output/standard-streams.ts': /^openSync$/,
}

/** Programs print as programs do; a P's own streams lead into its ring. */
const prints =
  /(?:^|\/)programs\/|^runtime\/(?:output\/standard-streams|host\/task-console|host\/p-thread)\.ts$/

/** One line for each breach. */
export function writers(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const faults: string[] = []
    for (const [, clause = ''] of text.matchAll(
      /^import (?!type\b)([^'"]*?) from ['"](?:node:)?fs(?:\/promises)?['"]/gms,
    )) {
      if (!clause.startsWith('{')) faults.push(`${path}: takes all of node:fs`)
      for (const name of namesIn(clause)) {
        const isRead = name === 'openSync' && opensForReading(text)
        if (
          (writing.test(name) || /^open(?:Sync)?$/.test(name)) &&
          !isRead &&
          !allowed[path]?.test(name)
        )
          faults.push(`${path}: ${name} is for runtime/output/output-file.ts`)
      }
    }
    if (/\bimport\(\s*['"](?:node:)?fs\b/.test(text)) faults.push(`${path}: takes all of node:fs`)
    if (
      !prints.test(path) &&
      /\bprocess\.std(?:out|err)\.write\b|\bconsole\.(?:log|error|warn|info)\b/.test(code(text))
    )
      faults.push(`${path}: prints by itself, and not by runtime/output/standard-streams.ts`)
    return faults
  })
}

/** `{ type A, b as c }` → b */
function namesIn(clause: string): string[] {
  return [...clause.matchAll(/(?<=[{,]\s*)(?!type )(\w+)/g)].map(([, name]) => name as string)
}

function opensForReading(text: string): boolean {
  return [...text.matchAll(/\bopenSync\(([^()]*)\)/g)].every(([, args]) => args?.endsWith(", 'r'"))
}

/** Without comments. */
function code(text: string): string {
  return text.replaceAll(/\/\*.*?\*\/|^\s*\/\/.*$/gms, '')
}
