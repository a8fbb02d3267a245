// A host that prints what one Runtime answers to some runs. The first argument names the runs,
// separated by commas.
import { Writable } from 'node:stream'
import {
  type CycleRecord,
  close,
  type RunOptions,
  type RunRecord,
  Runtime,
  run,
  UsageError,
} from 'sawtooth/host'

const [what = '', programs = '', ...args] = process.argv.slice(2)

let threads = 0
process.on('worker', () => threads++)

class Collected extends Writable {
  readonly #chunks: Buffer[] = []
  readonly #onFirst: () => void
  constructor(onFirst: () => void = () => {}) {
    super()
    this.#onFirst = onFirst
  }
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#chunks.push(Buffer.from(chunk)) === 1) this.#onFirst()
    done()
  }
  get all(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }
}

const brief = ({ exit, error, rescues, wallMs, cycles }: RunRecord) => ({
  exit,
  error: error === null ? null : { kind: error.kind, message: error.message },
  rescues,
  wallMs,
  cycles: cycles.length,
})

async function collected(runtime: Runtime, program: string, options: RunOptions = {}) {
  const stdout = new Collected()
  const stderr = new Collected()
  const before = threads
  const record = await runtime.run(`${programs}/${program}`, {
    procs: 3,
    ...options,
    stdout,
    stderr,
  })
  return { ...brief(record), newThreads: threads - before, stdout: stdout.all, stderr: stderr.all }
}

const scenarios: Record<string, () => Promise<unknown>> = {
  /** Two programs, then the first again; a lost P; and the first once more. */
  async warm() {
    await using runtime = new Runtime()
    const churn = { args: ['3', '60', '9'] }
    return [
      await collected(runtime, 'churn.ts', churn),
      await collected(runtime, 'squares.ts'),
      await collected(runtime, 'churn.ts', churn),
      await collected(runtime, 'churn.ts', {
        args: ['4', '2000', '10'],
        fault: 'refill@p1:exit:nth=200',
      }),
      await collected(runtime, 'churn.ts', churn),
      await collected(runtime, 'squares.ts'),
      await collected(runtime, 'throws.ts'),
      await collected(runtime, 'squares.ts', { args: ['10'], arena: '8MiB', procs: 2 }),
    ]
  },

  async cycles() {
    const events: CycleRecord[] = []
    await using runtime = new Runtime()
    let duringRun = 0
    let running = true
    const record = await runtime.run(`${programs}/churn.ts`, {
      procs: 2,
      args: ['3', '400', '10'],
      stdout: new Collected(),
      stderr: new Collected(),
      onCycle(cycle) {
        events.push(cycle)
        if (running) duringRun++
      },
    })
    running = false
    return { ...brief(record), events, record: record.cycles, duringRun }
  },

  async abort() {
    await using runtime = new Runtime()
    const results: unknown[] = []
    for (const way of args) {
      const controller = new AbortController()
      let abortedAt = 0
      const stdout = new Collected(() =>
        setTimeout(() => {
          abortedAt = performance.now()
          controller.abort()
        }, 100),
      )
      const options = {
        procs: 3,
        args: [way],
        signal: controller.signal,
        stdout,
        stderr: new Collected(),
      }
      const record = await runtime.run(`${programs}/loops.ts`, options)
      results.push({
        way,
        ...brief(record),
        afterAbortMs: performance.now() - abortedAt,
        stdout: stdout.all,
      })
      if (abortedAt === 0) throw new Error(`${way}: it ended before the abort`)
    }
    const aborted = AbortSignal.abort()
    results.push({
      way: 'before',
      ...(await collected(runtime, 'loops.ts', { signal: aborted, args: ['polls'] })),
    })
    results.push({ way: 'after', ...(await collected(runtime, 'squares.ts')) })
    return results
  },

  async streams() {
    await using runtime = new Runtime()
    const once = await collected(runtime, 'prints.ts', { args: ['once', args[0] ?? '1'] })
    const lines = await collected(runtime, 'prints.ts', { args: ['lines', args[1] ?? '1'] })
    return { once, lines }
  },

  async serial() {
    await using runtime = new Runtime()
    const order: string[] = []
    const one = async (name: string, program: string, options: RunOptions) => {
      const result = await collected(runtime, program, {
        ...options,
        onCycle: () => {
          if (order.at(-1) !== name) order.push(name)
        },
      })
      order.push(`${name} over`)
      return result
    }
    const results = await Promise.all([
      one('first', 'churn.ts', { args: ['2', '60', '10'] }),
      one('second', 'churn.ts', { args: ['2', '60', '10'] }),
      one('third', 'squares.ts', {}),
    ])
    return { order, results }
  },

  /** The process's own Runtime is closed, and used again. */
  async closed() {
    let threads = 0
    process.on('worker', worker => {
      threads++
      worker.on('exit', () => threads--)
    })
    const once = async () => {
      const stdout = new Collected()
      const { exit } = await run(`${programs}/squares.ts`, {
        procs: 2,
        stdout,
        stderr: new Collected(),
      })
      return { exit, stdout: stdout.all, threads }
    }
    const first = await once()
    await close()
    const threadsAfter = threads
    return { runs: [first, await once()], threadsAfter }
  },

  async usage() {
    const program = `${programs}/squares.ts`
    const attempts: [string, RunOptions & Record<string, unknown>][] = [
      [program, { procs: 0 }],
      [program, { procs: 65 }],
      [program, { gogc: 'banana' }],
      [program, { arena: '3MiB' }],
      [program, { arena: '2GiB' }],
      [program, { pacer: 'go9.99' }],
      [program, { pacer: './no-such-pacer.ts' }],
      [program, { speed: 'high' }],
      [program, { args: [1] as unknown as string[] }],
      [program, { fault: 'refill@p9', procs: 2 }],
      [program, { json: '/no/such/directory/record.json' }],
      [`${programs}/no-such-program.ts`, {}],
      [programs, {}],
    ]
    const messages: string[] = []
    for (const [path, options] of attempts) {
      try {
        await run(path, options)
        messages.push('it ran')
      } catch (error) {
        messages.push(
          error instanceof UsageError ? error.message : `not a UsageError: ${String(error)}`,
        )
      }
    }
    const { exit } = await run(program, { stdout: new Collected(), stderr: new Collected() })
    return { messages, exit }
  },
}

const answers: Record<string, unknown> = {}
for (const name of what.split(',')) answers[name] = await scenarios[name]()
console.log(JSON.stringify(what in answers ? answers[what] : answers))
