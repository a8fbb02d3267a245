// A host whose disk is full, or whose stream fails. It prints what it learns, and lives on. The
// first argument says what fails, and the second is a file.
import { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { type RunOptions, run } from 'sawtooth/host'

const [what = '', program = '', file = ''] = process.argv.slice(2)

const silent = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() })
const failing = (code: string): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) =>
      done(Object.assign(new Error(`${code}: so it is, write`), { code })),
  })

/** A stream that is closed for writing: it refuses a write, and emits no event. */
const destroyed = (): Writable => {
  const stream = silent()
  stream.destroy()
  return stream
}

const situations: Record<string, RunOptions> = {
  trace: { trace: '/dev/full', json: file },
  json: { json: '/dev/full' },
  both: { json: '/dev/full', trace: '/dev/full' },
  stdout: { stdout: failing('ENOSPC') },
  closed: { stdout: failing('EPIPE') },
  destroyed: { stdout: destroyed() },
  stderr: { stderr: failing('ENOSPC'), gctrace: true },
  kept: { keepCycles: 3 },
  all: { keepCycles: Number.POSITIVE_INFINITY },
}

let uncaught = 0
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, () => uncaught++)
const seen: number[] = []
const given = {
  stdout: silent(),
  stderr: silent(),
  onCycle: ({ n }: { n: number }) => seen.push(n),
  ...situations[what],
}
const { exit, error, unwritten, cycleCount, cycles } = await run(program, {
  procs: 1,
  args: ['20'],
  ...given,
})
await delay(20)
const kind = error?.kind ?? null
const numbers = cycles.map(({ n }) => n)
console.log(
  JSON.stringify({
    exit,
    kind,
    message: error?.message,
    unwritten,
    cycleCount,
    numbers,
    seen,
    uncaught,
  }),
)
process.exit()
