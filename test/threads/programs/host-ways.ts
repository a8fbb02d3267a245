// A host that runs, after each program that leaves something in one of the ways
// (test/threads/ways-to-leave.ts), one that looks for it.
import { writeFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { Runtime } from 'sawtooth/host'

let threads = 0
process.on('worker', () => threads++)

type Texts = Record<'name' | 'leave' | 'imports' | 'isSeen', string | undefined>
const ways = JSON.parse(process.argv[2] ?? '') as (Texts & { readonly isBare?: boolean })[]

const DECLARATIONS = `import { go, i32, otherwise, self, struct, task } from 'sawtooth'
const Node = struct('Node', { next: self, value: i32 })
const t = task('t', [], function* () {})`

await using runtime = new Runtime()

async function run(file: string, imports: string, statements: string, declarations = DECLARATIONS) {
  writeFileSync(
    file,
    `${imports}
${declarations}
export default function* main() { ${statements} }`,
  )
  const stdout = new Writable({ write: (_, __, done) => done() })
  const { exit, error } = await runtime.run(file, {
    procs: 1,
    arena: '8MiB',
    stdout,
    stderr: stdout,
  })
  return { exit, message: error?.message ?? null }
}

// A file that one of the programs imports.
writeFileSync(new URL('other.js', import.meta.url), 'export const a = 1\n')

const answers: unknown[] = []
for (const { name, leave = '', imports = '', isSeen = 'false', isBare } of ways) {
  const file = new URL('leaves.js', import.meta.url).pathname
  const left = await run(file, imports, leave, isBare === true ? '' : DECLARATIONS)
  const before = threads
  const looked = await run(
    new URL('looks.js', import.meta.url).pathname,
    imports,
    `if (${isSeen}) throw new Error('seen')`,
  )
  answers.push({ name, left, looked, newThreads: threads - before })
}
console.log(JSON.stringify(answers))
