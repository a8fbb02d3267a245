// A host: runs each program of a folder twice, and says whether its threads were kept.
//   FOLDER [--small]
import { Writable } from 'node:stream'
import { Runtime } from 'sawtooth/host'

const PROGRAMS: readonly (readonly string[])[] = [
  ['hello.ts'],
  ['sieve.ts'],
  ['pipeline.ts'],
  ['binary-trees.ts', '8'],
  ['stacks-and-globals.ts'],
  ['deep-and-wide.ts'],
]

const [folder, ...size] = process.argv.slice(2)
let threads = 0
process.on('worker', () => threads++)

await using runtime = new Runtime()
const answers: unknown[] = []
for (const [program = '', ...args] of PROGRAMS) {
  const file = `${folder}/${program}`
  const stdout = new Writable({ write: (_, __, done) => done() })
  const run = () =>
    runtime.run(file, { procs: 2, args: [...args, ...size], stdout, stderr: stdout })
  await run()
  const before = threads
  const { exit } = await run()
  answers.push({ program, exit, newThreads: threads - before })
}
console.log(JSON.stringify(answers))
