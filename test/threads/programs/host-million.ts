// A host whose program collects very many times. Prints the memory that the host needs after the
// first of these cycles and after the last.
import { Writable } from 'node:stream'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { run } from 'sawtooth/host'

const [program = '', times = '', json = ''] = process.argv.slice(2)
const EARLY = 20_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const memory = (): { heapUsed: number; rss: number } => {
  collect()
  const { heapUsed, rss } = process.memoryUsage()
  return { heapUsed, rss }
}

let early = memory()
const record = await run(program, {
  ...{ procs: 1, arena: '4MiB', args: [times], json },
  stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
  stderr: new Writable({ write: (_chunk, _encoding, done) => done() }),
  onCycle: ({ n }) => {
    if (n === EARLY) early = memory()
  },
})
const late = memory()
const { exit, error, cycleCount, cycles } = record
console.log(
  JSON.stringify({
    exit,
    error,
    cycleCount,
    kept: cycles.length,
    newest: cycles.at(-1)?.n,
    early,
    late,
  }),
)
process.exit()
