// A host of many runs in one Runtime. Prints what the process has after some of them. Linux only.
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { Writable } from 'node:stream'
import { Runtime } from 'sawtooth/host'

const [directory = '', program = '', times = '60', samples = '20,60', ...args] =
  process.argv.slice(2)

const { signal } = new AbortController()
let listeners = 0
for (const [name, change] of [
  ['addEventListener', 1] as const,
  ['removeEventListener', -1] as const,
]) {
  const original = signal[name].bind(signal) as (...values: unknown[]) => void
  Object.assign(signal, {
    [name]: (...values: unknown[]) => {
      listeners += change
      original(...values)
    },
  })
}

function sample() {
  const status = readFileSync('/proc/self/status', 'utf8')
  const of = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1])
  return {
    reservedMiB: Math.round(of('VmSize') / 1024),
    residentMiB: Math.round(of('VmRSS') / 1024),
    threads: of('Threads'),
    files: readdirSync('/proc/self/fd').length,
    temporary: readdirSync(tmpdir()).filter(name => name.startsWith('sawtooth-')).length,
    listeners,
    processListeners: process
      .eventNames()
      .reduce((sum, name) => sum + process.listenerCount(name), 0),
  }
}

const quiet = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })

await using runtime = new Runtime()
const wanted = samples.split(',').map(Number)
const answers: unknown[] = []
for (let run = 1; run <= Number(times); run++) {
  const options = { procs: 2, arena: '8MiB', args, signal, stdout: quiet(), stderr: quiet() }
  const { exit } = await runtime.run(`${directory}/${program}`, options)
  if (wanted.includes(run)) answers.push({ run, exit, ...sample() })
}
console.log(JSON.stringify(answers))
