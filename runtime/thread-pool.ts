/**
 * Threads that are kept for task after task. A task that finds none idle starts one, or waits if there are `most`. A thread that cannot start, or
 * that ends, rejects the task that it was to do, and that is all: it is no error of the process, and another thread takes its place.
 */
import { parentPort, type TransferListItem, Worker } from 'node:worker_threads'

/** Said by a thread once it can take tasks. */
const READY = 'ready'
/** What a thread answers to a task. */
type Answer<Result> = { readonly result: Result } | { readonly error: unknown }

interface Job<Task, Result> {
  readonly task: Task
  readonly transferList: readonly TransferListItem[]
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** The end of a thread that had a task. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError'
  /** Its code: false if it ended before it could take the task. */
  readonly hasStarted: boolean

  constructor(message: string, hasStarted: boolean) {
    super(message)
    this.hasStarted = hasStarted
  }
}

export class ThreadPool<Task, Result> {
  readonly #filename: URL
  readonly #most: number
  readonly #idle: Worker[] = []
  readonly #busy = new Map<Worker, Job<Task, Result>>()
  readonly #ready = new WeakSet<Worker>()
  readonly #waiting: Job<Task, Result>[] = []

  /** `filename`: a module that calls {@link serve}. */
  constructor(filename: URL, most: number) {
    this.#filename = filename
    this.#most = most
  }

  /** How many threads there are. */
  get size(): number {
    return this.#idle.length + this.#busy.size
  }

  /** Rejects with what the thread's work threw, or with a ThreadError. */
  run(task: Task, transferList: readonly TransferListItem[] = []): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, transferList, resolve, reject })
      this.#distribute()
    })
  }

  /** Ends all threads, whatever they do; their tasks, and those that wait, reject. */
  async destroy(): Promise<void> {
    const threads = [...this.#idle.splice(0), ...this.#busy.keys()]
    const jobs = [...this.#busy.values(), ...this.#waiting.splice(0)]
    this.#busy.clear()
    for (const { reject } of jobs) reject(new ThreadError('its thread was ended', true))
    await Promise.all(threads.map(thread => thread.terminate()))
  }

  #distribute(): void {
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      const thread = this.#idle.shift() ?? this.#start(job)
      if (thread === undefined) continue
      if (thread === null) {
        this.#waiting.unshift(job)
        return
      }
      this.#give(thread, job)
    }
  }

  /** Null: there are enough. Undefined: it cannot start, and the job was told. */
  #start(job: Job<Task, Result>): Worker | null | undefined {
    if (this.size >= this.#most) return null
    try {
      const execArgv = flagsOfThreads()
      const thread = new Worker(this.#filename, execArgv === undefined ? {} : { execArgv })
      thread.on('message', (said: typeof READY | Answer<Result>) => this.#hear(thread, said))
      thread.on('error', (error: Error) => this.#end(thread, error.message))
      thread.on('exit', code => this.#end(thread, `its thread exited with code ${code}`))
      return thread
    } catch (error) {
      job.reject(new ThreadError(error instanceof Error ? error.message : String(error), false))
      return undefined
    }
  }

  #give(thread: Worker, job: Job<Task, Result>): void {
    try {
      thread.postMessage(job.task, job.transferList)
      thread.ref()
      this.#busy.set(thread, job)
    } catch (error) {
      this.#idle.push(thread)
      job.reject(error)
    }
  }

  #hear(thread: Worker, said: typeof READY | Answer<Result>): void {
    if (said === READY) {
      this.#ready.add(thread)
      return
    }
    const job = this.#busy.get(thread)
    if (job === undefined) return
    this.#busy.delete(thread)
    this.#idle.push(thread)
    // An idle thread keeps no process alive.
    thread.unref()
    if ('error' in said) job.reject(said.error)
    else job.resolve(said.result)
    this.#distribute()
  }

  #end(thread: Worker, message: string): void {
    const job = this.#busy.get(thread)
    this.#busy.delete(thread)
    const at = this.#idle.indexOf(thread)
    if (at >= 0) this.#idle.splice(at, 1)
    job?.reject(new ThreadError(message, this.#ready.has(thread)))
    if (job !== undefined) this.#distribute()
  }
}

/** `--input-type` is about a text on the command line; a thread that inherits it does not begin with a file. Undefined: all flags of the process, which must not be named then. */
function flagsOfThreads(): string[] | undefined {
  const isAboutText = (flag: string): boolean => /^--input-type(?:=|$)/.test(flag)
  if (!process.execArgv.some(isAboutText)) return undefined
  return process.execArgv.filter((flag, at, flags) => !isAboutText(flag) && flags[at - 1] !== '--input-type')
}

/** In a thread of a pool: does each task that comes. */
export function serve<Task, Result>(work: (task: Task) => Result | Promise<Result>): void {
  const port = parentPort
  if (port === null) return
  port.on('message', async (task: Task) => port.postMessage(await answerTo(task, work)))
  port.postMessage(READY)
}

async function answerTo<Task, Result>(
  task: Task,
  work: (task: Task) => Result | Promise<Result>,
): Promise<Answer<Result>> {
  try {
    return { result: await work(task) }
  } catch (error) {
    // Not the error itself, which need not be one that can be sent.
    return { error: new Error(error instanceof Error ? String(error.message) : String(error)) }
  }
}
