// A host that runs stack-overflow.ts repeatedly in one Runtime, each time to another depth.
import { Writable } from 'node:stream'
import { Runtime } from 'sawtooth/host'

const [program = '', times = '1', stride = '3'] = process.argv.slice(2)
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

await using runtime = new Runtime()
const answer: object[] = []
for (let time = 0; time < Number(times); time++) {
  const args = [String(time * Number(stride)), String(time % 5)]
  const options = { procs: 2, arena: '16MiB', args, stdout: nowhere(), stderr: nowhere() }
  const { exit, error, rescues } = await runtime.run(program, options)
  answer.push({ exit, error: error?.message, goroutine: error?.goroutine, rescues })
}
console.log(JSON.stringify(answer))
