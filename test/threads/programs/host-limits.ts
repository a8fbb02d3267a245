// A host that runs a program which grows beyond a memory limit, in turn without the limit and with
// it. Prints the time that both took, and the cycles of the runs with the limit.
import { Writable } from 'node:stream'
import { Runtime } from 'sawtooth/host'

const [program, what, procs, gate, termination] = process.argv.slice(2) as [
  string,
  string,
  string,
  'goal' | 'off',
  'helping' | 'coordinator',
]

await using runtime = new Runtime()
async function took(memoryLimit?: string) {
  let printed = ''
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      printed += chunk
      done()
    },
  })
  const record = await runtime.run(program, {
    ...{
      args: [what, '64'],
      procs: Number(procs),
      gogc: 'off' as const,
      gate,
      termination,
      stdout,
    },
    ...(memoryLimit === undefined ? {} : { memoryLimit }),
  })
  return { ms: Number(printed), record }
}
// The first of all compiles.
await took(undefined)
const free = await took(undefined)
const limited = await took('16MiB')
const again = await took(undefined)
const { exit, cycles, rescues } = limited.record
console.log(
  JSON.stringify({
    freeMs: Math.max(free.ms, again.ms),
    limitedMs: limited.ms,
    exit,
    cycles,
    rescues,
  }),
)
