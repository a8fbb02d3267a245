/**
 * Threads that are kept for task after task.
 *
 * 1. A task that finds no idle thread starts one. If there are `most` threads, it waits.
 * 2. A thread that cannot start, or that ends, rejects its task and does nothing else. It is no
 *    error of the process, and another thread takes its place.
 * 3. Tasks and answers have a port of their own. Code that a thread loads may post what it likes
 *    through `parentPort`, and nobody hears it. Code that finds the port does not know the word
 *    that an answer carries.
 */
import { randomUUID } from 'node:crypto'
import process from 'node:process'
import {
  MessageChannel,
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  type TransferListItem,
  Worker,
} from 'node:worker_threads'

/** What a thread answers to a task. */
type Answer<Result> = { readonly result: Result } | { readonly error: unknown }
/** What a thread says, with the word that it was given: that it can take tasks, or an answer. */
type Said<Result> = { readonly word: string } & ({ readonly isReady: true } | Answer<Result>)

/** What a thread is sent first, through the port that it shares with whatever it loads. */
interface Greeting {
  /** For tasks and answers. */
  readonly port: MessagePort
  /** The secret of the pool's own code: to find the port is not enough. */
  readonly word: string
}

/** A thread as the pool sees it. */
class Thread {
  readonly worker: Worker
  readonly port: MessagePort
  readonly word = randomUUID()
  isReady = false

  constructor(filename: URL, execArgv: string[] | undefined) {
    const { port1, port2 } = new MessageChannel()
    this.worker = new Worker(filename, execArgv === undefined ? {} : { execArgv })
    this.port = port1
    this.worker.postMessage({ port: port2, word: this.word } satisfies Greeting, [port2])
  }

  /** True if the pool's own code has said it. */
  isSaid<Result>(said: unknown): said is Said<Result> {
    return typeof said === 'object' && said !== null && 'word' in said && said.word === this.word
  }
}

interface Job<Task, Result> {
  readonly task: Task
  readonly transferList: readonly TransferListItem[]
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

/** The end of a thread that had a task. */
export class ThreadError extends Error {
  override readonly name = 'ThreadError'
  /** False if the thread ended before it could take the task. */
  readonly hasStarted: boolean

  constructor(message: string, hasStarted: boolean) {
    super(message)
    this.hasStarted = hasStarted
  }
}

export class ThreadPool<Task, Result> {
  readonly #filename: URL
  readonly #most: number
  readonly #idle: Thread[] = []
  readonly #busy = new Map<Thread, Job<Task, Result>>()
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

  /**
   * Resolves with what the thread's work returned. Rejects with what it threw, or with a
   * ThreadError.
   */
  run(task: Task, transferList: readonly TransferListItem[] = []): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ task, transferList, resolve, reject })
      this.#distribute()
    })
  }

  /** Ends all threads, whatever they do. Their tasks, and those that wait, reject. */
  async destroy(): Promise<void> {
    const threads = [...this.#idle.splice(0), ...this.#busy.keys()]
    const jobs = [...this.#busy.values(), ...this.#waiting.splice(0)]
    this.#busy.clear()
    for (const { reject } of jobs) reject(new ThreadError('its thread was ended', true))
    await Promise.all(threads.map(({ worker }) => worker.terminate()))
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

  /** null: there are enough threads. undefined: the thread cannot start, and the job was told. */
  #start(job: Job<Task, Result>): Thread | null | undefined {
    if (this.size >= this.#most) return null
    try {
      const thread = new Thread(this.#filename, flagsOfThreads())
      thread.port.on('message', (said: unknown) => this.#hear(thread, said))
      thread.port.unref()
      thread.worker.on('error', (error: unknown) => this.#end(thread, messageOf(error)))
      thread.worker.on('exit', code => this.#end(thread, `its thread exited with code ${code}`))
      return thread
    } catch (error) {
      job.reject(new ThreadError(messageOf(error), false))
      return undefined
    }
  }

  #give(thread: Thread, job: Job<Task, Result>): void {
    try {
      thread.port.postMessage(job.task, job.transferList)
      thread.worker.ref()
      this.#busy.set(thread, job)
    } catch (error) {
      this.#idle.push(thread)
      job.reject(error)
    }
  }

  #hear(thread: Thread, said: unknown): void {
    if (!thread.isSaid<Result>(said)) return
    if ('isReady' in said) {
      thread.isReady = true
      return
    }
    const job = this.#busy.get(thread)
    if (job === undefined) return
    this.#busy.delete(thread)
    this.#idle.push(thread)
    // An idle thread keeps no process alive.
    thread.worker.unref()
    if ('error' in said) job.reject(said.error)
    else job.resolve(said.result)
    this.#distribute()
  }

  #end(thread: Thread, message: string): void {
    // Hears what the thread said before it ended.
    for (
      let left = receiveMessageOnPort(thread.port);
      left !== undefined;
      left = receiveMessageOnPort(thread.port)
    )
      this.#hear(thread, left.message)
    thread.port.close()
    const job = this.#busy.get(thread)
    this.#busy.delete(thread)
    const at = this.#idle.indexOf(thread)
    if (at >= 0) this.#idle.splice(at, 1)
    job?.reject(new ThreadError(message, thread.isReady))
    if (job !== undefined) this.#distribute()
  }
}

/**
 * The flags of a thread, without `--input-type`: that flag is about a text on the command line, and
 * a thread that inherits it cannot begin with a file. undefined stands for all flags of the
 * process, which must not be named then.
 */
function flagsOfThreads(): string[] | undefined {
  const isAboutText = (flag: string): boolean => /^--input-type(?:=|$)/.test(flag)
  if (!process.execArgv.some(isAboutText)) return undefined
  return process.execArgv.filter(
    (flag, at, flags) => !isAboutText(flag) && flags[at - 1] !== '--input-type',
  )
}

/**
 * On a thread of a pool: does each task that comes. `conclude` makes the answer of what the work
 * resolved with. No other code runs between it and the pool: a promise could be settled by what was
 * loaded, if that has replaced `then`.
 */
export function serve<Task, Result>(
  work: (task: Task) => Result | Promise<Result>,
  conclude: (result: Result) => Result = result => result,
): void {
  // Before anything else can be loaded, which might listen too, or replace postMessage.
  parentPort?.once('message', ({ port, word }: Greeting) => {
    const post = port.postMessage.bind(port)
    const say = (said: { readonly isReady: true } | Answer<Result>): void =>
      post({ word, ...said } satisfies Said<Result>)
    port.on('message', async (task: Task) => {
      const answer = await answerTo(task, work)
      say('result' in answer ? { result: conclude(answer.result) } : answer)
    })
    say({ isReady: true })
  })
}

async function answerTo<Task, Result>(
  task: Task,
  work: (task: Task) => Result | Promise<Result>,
): Promise<Answer<Result>> {
  try {
    return { result: await work(task) }
  } catch (error) {
    // Not the error itself: it may be one that cannot be sent.
    return { error: new Error(messageOf(error)) }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? String(error.message) : String(error)
}
