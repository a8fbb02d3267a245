/**
 * The only place from which files are written. A file that is written has its name once it is whole: until then the text is beside it, under a name that no
 * other file has, and what was there stays. Pipes and devices are written as they are, without waiting for their reader.
 */
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DescriptorQueue, type Writer } from './descriptor-queue.ts'
import { OutputError, reasonOf } from './output-error.ts'
import { targetOf } from './output-paths.ts'
import { standardStream, withoutWaiting } from './standard-streams.ts'

/** A text on its way to a file, a piece at a time. Once a piece cannot be written the others are dropped, and `finish` says why. */
export interface OutputFile {
  /** Why it cannot be written; null: so far it can. */
  readonly failure: OutputError | null
  /** True while a reader does not keep up: who can wait should. */
  readonly isFull: boolean
  write(text: string): void
  /** Once it is whole. Rejects with an OutputError; then what was there before still is. */
  finish(): Promise<void>
  /** No reader is waited for any more: what none has taken is lost. A file needs none. */
  giveUp(): void
  /** It is not wanted any more. */
  discard(): void
}

/** Throws an OutputError. */
export function openOutput(path: string): OutputFile {
  try {
    const target = targetOf(path)
    if (target.kind === 'file') return new BesideFile(path, target.path)
    if (target.kind === 'device') return new QueuedFile(path, new DescriptorQueue(() => openDevice(target.path)), true)
    const { descriptor } = target
    return descriptor === 1 || descriptor === 2
      ? new QueuedFile(path, standardStream(descriptor), false)
      : new QueuedFile(path, new DescriptorQueue(() => withoutWaiting(descriptor)), false)
  } catch (error) {
    throw new OutputError(path, reasonOf(error))
  }
}

/** Writes a file all at once. Rejects with an OutputError. */
export async function writeOutput(path: string, text: string): Promise<void> {
  const file = openOutput(path)
  file.write(text)
  await file.finish()
}

/** Writes a file of a temporary directory, whose owner removes it. Throws an OutputError. */
export function writeScratch(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new OutputError(path, reasonOf(error))
  }
}

/** As much is written at a time, in characters. */
const PIECE = 1 << 16

/** A file, written beside what has its name now. */
class BesideFile implements OutputFile {
  failure: OutputError | null = null
  readonly isFull = false
  readonly #given: string
  readonly #path: string
  /** null: it is written in its place, since nothing can be made beside it. */
  readonly #beside: string | null
  readonly #descriptor: number
  #isOpen = true
  #text = ''

  /** `given`: the path in the user's words. Throws what the system says. */
  constructor(given: string, path: string) {
    this.#given = given
    this.#path = path
    const old = statSync(path, { throwIfNoEntry: false })
    const beside = join(dirname(path), `.sawtooth-${process.pid}-${randomBytes(6).toString('hex')}`)
    const descriptor = openNew(beside, old)
    this.#beside = descriptor === null ? null : beside
    this.#descriptor = descriptor ?? openSync(path, 'w')
  }

  write(text: string): void {
    if (!this.#isOpen) return
    this.#text += text
    if (this.#text.length >= PIECE) this.#attempt(() => this.#put())
  }

  async finish(): Promise<void> {
    this.#attempt(() => {
      this.#put()
      this.#isOpen = false
      closeSync(this.#descriptor)
      if (this.#beside !== null) rename(this.#beside, this.#path)
    })
    if (this.failure !== null) throw this.failure
  }

  giveUp(): void {}

  discard(): void {
    this.#text = ''
    if (this.#isOpen) closeSync(this.#descriptor)
    this.#isOpen = false
    if (this.#beside !== null) remove(this.#beside)
  }

  #attempt(output: () => void): void {
    if (this.failure !== null) return
    try {
      output()
    } catch (error) {
      this.failure = new OutputError(this.#given, reasonOf(error))
      this.discard()
    }
  }

  #put(): void {
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written)
  }
}

/** New files that are not whole yet: they go with the process. */
const unfinished = new Set<string>()

function removeUnfinished(): void {
  for (const path of unfinished) remove(path)
}

/** Makes a file, with the mode and owner of the one that it is to replace; null if its directory takes no new file, though that one may be written. */
function openNew(path: string, old: Stats | undefined): number | null {
  let descriptor: number
  try {
    // Neither another's file nor a link.
    descriptor = openSync(path, 'wx')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (old !== undefined && (code === 'EACCES' || code === 'EPERM')) return null
    throw error
  }
  if (unfinished.size === 0) process.on('exit', removeUnfinished)
  unfinished.add(path)
  if (old !== undefined) keepOwner(descriptor, old)
  return descriptor
}

function keepOwner(descriptor: number, { uid, gid, mode }: Stats): void {
  try {
    const own = fstatSync(descriptor)
    if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid)
  } catch {
    // Only the superuser gives files away.
  }
  fchmodSync(descriptor, mode & 0o7777)
}

/** What cannot be replaced, as a file that is mounted, is overwritten. */
function rename(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
  remove(from)
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It has another name by now, or somebody has removed it.
  }
  unfinished.delete(path)
  if (unfinished.size === 0) process.off('exit', removeUnfinished)
}

/** A pipe, a device, or a file that this process has open. */
class QueuedFile implements OutputFile, Writer {
  failure: OutputError | null = null
  readonly #given: string
  readonly #queue: DescriptorQueue
  /** null: the descriptor is not ours to close. */
  readonly #close: (() => void) | null

  constructor(given: string, queue: DescriptorQueue, isOwn: boolean) {
    this.#given = given
    this.#queue = queue
    this.#close = isOwn ? () => queue.close() : null
  }

  get isFull(): boolean {
    return this.#queue.isFull
  }

  write(text: string): void {
    if (this.failure === null) this.#queue.write(Buffer.from(text), this)
  }

  async finish(): Promise<void> {
    await this.#queue.flushed()
    try {
      this.#close?.()
    } catch (error) {
      this.outputFailed(error as NodeJS.ErrnoException)
    }
    if (this.failure !== null) throw this.failure
  }

  giveUp(): void {
    if (this.#queue.giveUp(this)) this.failure ??= new OutputError(this.#given, 'nobody reads it')
  }

  discard(): void {
    this.giveUp()
  }

  outputFailed(error: NodeJS.ErrnoException): void {
    this.failure ??= new OutputError(this.#given, reasonOf(error))
  }
}

/** null for a pipe with a name that nobody reads yet. */
function openDevice(path: string): number | null {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
    return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO' && statSync(path).isFIFO()) return null
    throw error
  }
}
