// A host that carries out the given runs, one after the other, and prints the outcome of each.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { type RunOptions, Runtime } from 'sawtooth/host'

interface Wanted {
  readonly program: string
  readonly options: RunOptions
}

/** Threads of this process by number; empty where the system does not tell. */
function threads(): string[] {
  return existsSync('/proc/self/task') ? readdirSync('/proc/self/task') : []
}

/** The CPU time that a thread has used so far, in ns. Null if it has ended since it was listed. */
function cpuOf(thread: string): number | null {
  try {
    return Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  } catch {
    return null
  }
}

/**
 * The CPU time that each P's thread has used by now, in ns. These are the threads that the first
 * run started, which has the most Ps.
 */
function cpuOfPs(): Map<string, number> {
  const used = new Map<string, number>()
  for (const thread of threads()) {
    const ns = others.has(thread) ? null : cpuOf(thread)
    if (ns !== null) used.set(thread, ns)
  }
  return used
}

/**
 * The CPU time that all threads have used since, in ms. A thread that was started since counts from
 * its start. A thread that has ended does not count.
 */
function cpuSince(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number {
  let ns = 0
  for (const [thread, used] of after) ns += used - (before.get(thread) ?? 0)
  return ns / 1e6
}

/** Samples the share of a CPU that the Ps use, until it is stopped. Returns the smallest first. */
function sampleShares(): () => number[] {
  const shares: number[] = []
  let [time, cpu] = [performance.now(), cpuOfPs()]
  const timer = setInterval(() => {
    const [timeNow, cpuNow] = [performance.now(), cpuOfPs()]
    shares.push(cpuSince(cpu, cpuNow) / (timeNow - time))
    time = timeNow
    cpu = cpuNow
  }, SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return shares.sort((a, b) => a - b)
  }
}

const SAMPLE_MS = 20
const others = new Set(threads())
const nowhere = { write: () => true } as unknown as NodeJS.WritableStream
const runs = JSON.parse(readFileSync(process.argv[2], 'utf8')) as Wanted[]
const runtime = new Runtime()
const answers = []
for (const { program, options } of runs) {
  const began = performance.now()
  const shares = sampleShares()
  const { exit, error, rescues, faults, cycles } = await runtime.run(program, {
    ...options,
    stdout: nowhere,
    stderr: nowhere,
  })
  answers.push({
    exit,
    message: error?.message ?? null,
    rescues,
    cycles: cycles.length,
    ms: performance.now() - began,
    shares: shares(),
    strikes: Object.fromEntries(faults.map(({ point, strikes }) => [point, strikes])),
    passes: Object.fromEntries(faults.map(({ point, passes }) => [point, passes])),
  })
}
await runtime.close()
console.log(JSON.stringify(answers))
