// A host that runs first-stop-near-the-end.ts at many depths, each time on new threads, which have
// compiled nothing.
import { Writable } from 'node:stream'
import { Runtime } from 'sawtooth/host'

const [program = '', ...depths] = process.argv.slice(2)
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

const answer: object[] = []
for (const [index, depth] of depths.entries()) {
  await using runtime = new Runtime()
  const options = {
    procs: 1 + (index % 2),
    arena: '16MiB',
    args: [depth],
    stdout: nowhere(),
    stderr: nowhere(),
  }
  const { exit, error, rescues } = await runtime.run(program, options)
  answer.push({ depth, exit, error: error?.message ?? null, rescues })
}
console.log(JSON.stringify(answer))
