/**
 * The process's standard output and error. What programs print, and what is said of their runs,
 * goes through a queue for each stream, so that no reader holds up the main thread. The commands'
 * own tables and help go through Node's streams.
 */
import { constants, fstatSync, openSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { OutputError, reasonOf } from '../errors/output-error.ts'
import { isA } from '../errors/thrown.ts'
import { DescriptorQueue, type Writer } from './descriptor-queue.ts'

/** 1: standard output, 2: standard error. */
export type Stream = 1 | 2

const queues = new Map<Stream, DescriptorQueue>()

/** The queue of all that runs print on a stream of this process. */
export function standardStream(stream: Stream): DescriptorQueue {
  let queue = queues.get(stream)
  if (queue === undefined) {
    queue = new DescriptorQueue(() => withoutWaiting(stream))
    queues.set(stream, queue)
  }
  return queue
}

/**
 * A descriptor of what `descriptor` leads to, on which a write to a pipe or a terminal never waits.
 * Where the system allows it, it is a new open file: the flag O_NONBLOCK belongs to the open file,
 * which other processes share.
 */
export function withoutWaiting(descriptor: number): number {
  const stats = fstatSync(descriptor)
  if (!stats.isFIFO() && !stats.isSocket() && !isatty(descriptor)) return descriptor
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch {
    // A socket, somebody else's pipe, or no such directory. Node's stream sets the flag on a pipe
    // and on a socket.
    if (descriptor === 1) void process.stdout.fd
    if (descriptor === 2) void process.stderr.fd
    return descriptor
  }
}

/** Why a stream takes no more. null: its reader has gone, which is no error of a pipe. */
export function unwrittenOf(stream: Stream, error: unknown): OutputError | null {
  if (isA(error, Error) && (error as NodeJS.ErrnoException).code === 'EPIPE') return null
  return new OutputError(stream === 1 ? 'standard output' : 'standard error', reasonOf(error))
}

/** How long readers are waited for when everything must end, in ms. */
export const LAST_READ_MS = 300

/**
 * Says a text on standard error, after what runs have said there, and waits until it is read. After
 * the signal's abort it waits for {@link LAST_READ_MS} at most.
 *
 * @returns why it cannot be said; null: it is said, or nobody reads
 */
export async function sayAfterRuns(text: string, signal: AbortSignal): Promise<OutputError | null> {
  const queue = standardStream(2)
  let unsaid: OutputError | null = null
  const outputFailed = (error: unknown): void => {
    unsaid = unwrittenOf(2, error)
  }
  const writer: Writer = { outputFailed }
  let timer: NodeJS.Timeout | undefined
  const abort = (): void => {
    timer = setTimeout(() => queue.giveUp(writer), LAST_READ_MS)
  }
  queue.write(Buffer.from(text), writer)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort)
  await queue.flushed()
  signal.removeEventListener('abort', abort)
  clearTimeout(timer)
  return unsaid
}

let isListening = false
let lost: OutputError | null = null

/**
 * Prints a command's own text on standard output. If nobody reads any more it is lost, as in any
 * pipe.
 */
export function print(text: string): void {
  put(process.stdout, text)
}

/** As `print`, on standard error. An error there is ignored: there is no other place to say it. */
export function say(text: string): void {
  put(process.stderr, text)
}

/**
 * Waits until all of {@link print} is written. Returns why some of it could not be; null: all was.
 */
export async function printed(): Promise<OutputError | null> {
  if (!isListening) return null
  // An error arrives after the write.
  do await delay(1)
  while (process.stdout.writableLength > 0 && !process.stdout.destroyed)
  const error = lost
  lost = null
  return error
}

function put(stream: NodeJS.WriteStream, text: string): void {
  listen()
  try {
    stream.write(text)
  } catch (error) {
    // For a file, an older Node throws here.
    if (stream === process.stdout) lose(error)
  }
}

/** Listens for errors: one of these streams that nobody listens to would end the process. */
function listen(): void {
  if (isListening) return
  isListening = true
  process.stdout.on('error', lose)
  process.stderr.on('error', () => {})
}

function lose(error: unknown): void {
  lost ??= unwrittenOf(1, error)
}
