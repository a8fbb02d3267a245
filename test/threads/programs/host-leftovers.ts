// A host that runs, after each program that leaves something on its threads, one that must find
// nothing of it.
import { Writable } from 'node:stream'
import { Runtime } from 'sawtooth/host'

const [programs = '', ...ways] = process.argv.slice(2)

let threads = 0
process.on('worker', () => threads++)

await using runtime = new Runtime()

async function run(program: string, args: string[]) {
  let printed = ''
  const stdout = new Writable({
    write: (chunk, _, done) => {
      printed += chunk
      done()
    },
  })
  const { exit, error } = await runtime.run(`${programs}/${program}`, {
    procs: 1,
    args,
    arena: '8MiB',
    stdout,
  })
  return { exit, message: error?.message ?? null, printed }
}

const answers: unknown[] = []
for (const way of ways) {
  const left = await run('leaves.ts', [way])
  const before = threads
  const followed = await run('follows.ts', [])
  answers.push({ way, left, followed, newThreads: threads - before })
}
console.log(JSON.stringify(answers))
