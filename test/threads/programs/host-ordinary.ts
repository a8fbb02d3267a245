// A host: runs each program twice, and says whether its threads were kept.
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

let threads = 0
process.on('worker', () => threads++)

const answers: unknown[] = []
for (const [program = '', ...args] of PROGRAMS) {
  await using runtime = new Runtime()
  const file = `${process.argv[2]}/${program}`
  const stdout = new Writable({ write: (_, __, done) => done() })
  const run = () => runtime.run(file, { procs: 2, args, stdout, stderr: stdout })
  await run()
  const before = threads
  const { exit } = await run()
  answers.push({ program, exit, newThreads: threads - before })
}
console.log(JSON.stringify(answers))
