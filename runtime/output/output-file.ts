/**
 * The only place from which files are written.
 *
 * 1. A file is written beside its place, under a name that no other file has. It takes its own name
 *    once it is whole. Until then, what was there stays.
 * 2. A pipe, a device or a file that this process has open may be written to by others too, above
 *    all by the program that runs. Its text is gathered, and it gets all of it at the end. This
 *    thread does not wait for its reader.
 */
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  type Stats,
  statfsSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { OutputError, reasonOf } from '../errors/output-error.ts'
import { DescriptorQueue, type Writer } from './descriptor-queue.ts'
import { targetOf } from './output-paths.ts'
import { standardStream, withoutWaiting } from './standard-streams.ts'
import { unfinishedName } from './temporary-folder.ts'

/**
 * A text on its way to a file, a piece at a time. If a piece cannot be written, the others are
 * dropped, and `finish` says why.
 */
export interface OutputFile {
  /** Why the text cannot be written; null: so far it can. */
  readonly failure: OutputError | null
  write(text: string): void
  /**
   * Resolves once the file is whole. Rejects with an OutputError; then what was there before still
   * is.
   */
  finish(): Promise<void>
  /** From here on no reader is waited for: what none has taken is lost. A file needs no reader. */
  giveUp(): void
  /** Drops the text: it is not needed any more. */
  discard(): void
}

/** Throws an OutputError. */
export function openOutput(path: string): OutputFile {
  try {
    const target = targetOf(path)
    if (target.kind === 'file') return new BesideFile(path, target.path)
    if (target.kind === 'device')
      return new SpooledFile(path, new DescriptorQueue(() => openDevice(target.path)), true)
    const { descriptor } = target
    const queue =
      descriptor === 1 || descriptor === 2
        ? standardStream(descriptor)
        : new DescriptorQueue(() => withoutWaiting(descriptor))
    return new SpooledFile(path, queue, false)
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

/** Characters that are written at a time, and bytes that are read back at a time. */
const PIECE = 1 << 16

/**
 * What both kinds share: text that is gathered, and written a piece at a time to a descriptor that
 * is closed here.
 */
abstract class GatheredFile implements OutputFile {
  failure: OutputError | null = null
  protected readonly descriptor: number
  readonly #given: string
  #isOpen = true
  #text = ''

  /** `given`: the path as the user wrote it. */
  constructor(given: string, descriptor: number) {
    this.#given = given
    this.descriptor = descriptor
  }

  write(text: string): void {
    if (this.failure !== null) return
    this.#text += text
    if (this.#text.length >= PIECE) this.attempt(() => this.flush())
  }

  abstract finish(): Promise<void>
  abstract giveUp(): void

  discard(): void {
    this.#text = ''
    if (this.#isOpen) closeSync(this.descriptor)
    this.#isOpen = false
  }

  /** Runs `output`, unless a call before has failed. */
  protected attempt(output: () => void): void {
    if (this.failure !== null) return
    try {
      output()
    } catch (error) {
      this.fail(reasonOf(error))
    }
  }

  protected fail(why: string): void {
    this.failure ??= new OutputError(this.#given, why)
    this.discard()
  }

  protected flush(): void {
    const bytes = Buffer.from(this.#text)
    this.#text = ''
    for (let written = 0; written < bytes.length; )
      written += writeSync(this.descriptor, bytes, written)
  }

  protected close(): void {
    this.#isOpen = false
    closeSync(this.descriptor)
  }
}

/**
 * A file, written beside the file whose name it takes. Where no file can be made there, it is
 * written in the temporary directory.
 */
class BesideFile extends GatheredFile {
  readonly #path: string
  readonly #beside: string

  /** Throws what the system says. */
  constructor(given: string, path: string) {
    const old = statSync(path, { throwIfNoEntry: false })
    const { beside, descriptor } = openBeside(path, old)
    super(given, descriptor)
    this.#path = path
    this.#beside = beside
  }

  async finish(): Promise<void> {
    this.attempt(() => {
      this.flush()
      this.close()
      replace(this.#path, this.#beside)
    })
    if (this.failure !== null) throw this.failure
  }

  giveUp(): void {}

  override discard(): void {
    super.discard()
    remove(this.#beside)
  }
}

/** New files that are not whole yet. They are removed when the process ends. */
const unfinished = new Set<string>()

function removeUnfinished(): void {
  for (const path of unfinished) remove(path)
}

/**
 * Makes the file that is to replace another. If the other exists, the new file gets its mode and
 * owner.
 */
function openBeside(path: string, old: Stats | undefined): { beside: string; descriptor: number } {
  try {
    return openNew(dirname(path), old)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (old === undefined || (code !== 'EACCES' && code !== 'EPERM')) throw error
    // The directory takes no new file, but the old file may still be written.
    accessSync(path, constants.W_OK)
    return openNew(tmpdir(), old)
  }
}

function openNew(
  directory: string,
  old: Stats | undefined,
): { beside: string; descriptor: number } {
  const beside = join(directory, unfinishedName(directory))
  // Opens neither another's file nor a link.
  const descriptor = openSync(beside, 'wx')
  if (unfinished.size === 0) process.on('exit', removeUnfinished)
  unfinished.add(beside)
  if (old !== undefined) keepOwner(descriptor, old)
  return { beside, descriptor }
}

function keepOwner(descriptor: number, { uid, gid, mode }: Stats): void {
  try {
    const own = fstatSync(descriptor)
    if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid)
  } catch {
    // Only the superuser may give files away.
  }
  fchmodSync(descriptor, mode & 0o7777)
}

/**
 * Why a new file may not take the old one's name, although the old one may be written: it is
 * mounted, it is on another device, or its directory belongs to somebody else.
 */
const OVERWRITTEN = ['EBUSY', 'EXDEV', 'EACCES', 'EPERM']

function replace(old: string, whole: string): void {
  try {
    renameSync(whole, old)
  } catch (error) {
    if (!OVERWRITTEN.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    overwrite(old, whole)
  }
  remove(whole)
}

/**
 * Copies the new file over the old one. Throws ENOSPC before it touches the old file if the disk
 * has no room for the bytes by which the new one is longer.
 */
function overwrite(old: string, whole: string): void {
  const { bsize, bavail } = statfsSync(old)
  const { size } = statSync(whole)
  if (size > statSync(old).blocks * BLOCK + bavail * bsize)
    throw Object.assign(new Error(`ENOSPC: no space left on device, overwrite '${old}'`), {
      code: 'ENOSPC',
    })
  // Node's copyFile empties the old file before it asks whether its mode may be set.
  const [from, to] = [openSync(whole, 'r'), openSync(old, 'r+')]
  try {
    const piece = Buffer.alloc(PIECE)
    for (
      let at = 0;
      at < size;
      at += writeSync(to, piece, 0, readSync(from, piece, 0, PIECE, at), at)
    );
    ftruncateSync(to, size)
  } finally {
    closeSync(from)
    closeSync(to)
  }
}

/** The unit of `Stats.blocks`, in bytes. */
const BLOCK = 512

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // The file has another name by now, or somebody has removed it.
  }
  unfinished.delete(path)
  if (unfinished.size === 0) process.off('exit', removeUnfinished)
}

/**
 * A pipe, a device, or a file that this process has open. Its text is in a file without a name
 * until it is whole.
 */
class SpooledFile extends GatheredFile implements Writer {
  readonly #queue: DescriptorQueue
  readonly #isOwn: boolean
  #isGivenUp = false

  /** `isOwn`: the queue's descriptor is closed at the end. Throws what the system says. */
  constructor(given: string, queue: DescriptorQueue, isOwn: boolean) {
    const spool = join(tmpdir(), unfinishedName(tmpdir()))
    super(given, openSync(spool, 'wx+', 0o600))
    unlinkSync(spool)
    this.#queue = queue
    this.#isOwn = isOwn
  }

  async finish(): Promise<void> {
    this.attempt(() => this.flush())
    for (let at = 0; this.failure === null; at += PIECE) {
      const bytes = Buffer.alloc(PIECE)
      const length = readSync(this.descriptor, bytes, 0, PIECE, at)
      if (length === 0) break
      this.#queue.write(bytes.subarray(0, length), this)
      if (this.#isGivenUp) this.giveUp()
      await this.#queue.room()
    }
    await this.#queue.flushed()
    if (this.#isOwn) this.attempt(() => this.#queue.close())
    this.discard()
    if (this.failure !== null) throw this.failure
  }

  giveUp(): void {
    this.#isGivenUp = true
    if (this.#queue.giveUp(this)) this.fail('nobody reads it')
  }

  outputFailed(error: NodeJS.ErrnoException): void {
    this.fail(reasonOf(error))
  }
}

/** null for a named pipe that nobody reads yet. */
function openDevice(path: string): number | null {
  try {
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants
    return openSync(path, O_WRONLY | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO' && statSync(path).isFIFO()) return null
    throw error
  }
}
