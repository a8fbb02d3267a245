/**
 * Temporary folders, such as the one that holds a program's prepared files while it runs, and
 * output files that are not whole yet. Their names say whose they are:
 *
 *   sawtooth-PID-START-MACHINE-RANDOM     .sawtooth-PID-START-MACHINE-RANDOM
 *
 * 1. START is the start time of the owner, since process numbers are used again.
 * 2. MACHINE is a digest of the machine's boot and of the space of process numbers, since a folder
 *    may be shared.
 * 3. So a later process knows which owners are dead. It removes what a crash or SIGKILL left
 *    behind.
 * 4. It removes only what belongs to its own user and names its own MACHINE, where a living owner
 *    would be seen. It follows no link.
 */
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { UsageError } from '../errors/usage-error.ts'

const NAME = /^\.?sawtooth-(\d+)-(\d+)-([0-9a-f]{8})-[\w-]+$/
/**
 * What may be met while a leftover is removed: it is gone, it belongs to another user, or another
 * process removes it too. Any other error is thrown.
 */
const PASSED_OVER = ['ENOENT', 'EACCES', 'EPERM', 'ENOTEMPTY']

/** Errors of a disk that is full or broken. They say nothing about how the run was asked for. */
const DISK = ['ENOSPC', 'EDQUOT', 'EIO']

/** Errors at the limit of open files, of this process and of the machine. */
const NO_FILES = ['EMFILE', 'ENFILE']

/** Folders that were swept for what dead processes have left. */
const swept = new Set<string>()

/**
 * Makes a folder that only this user can enter. The caller removes it. Throws a UsageError that
 * names TMPDIR if none can be made.
 */
export function makeTemporaryFolder(): string {
  const parent = tmpdir()
  try {
    sweepOnce(parent)
    return mkdtempSync(join(parent, `sawtooth-${ownMark}-`))
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (DISK.includes(code)) throw error
    throw new UsageError(`TMPDIR: no temporary folder can be made in ${parent}: ${message}`)
  }
}

/** Folders that could not be removed in time: this process had too many files open. */
const unremoved = new Set<string>()

/**
 * Removes a folder that makeTemporaryFolder has made, with what is in it. If no file can be opened
 * now, the folder is removed with the next one, or at the end of this process. A folder that is
 * still there after that is swept by another process.
 */
export function removeTemporaryFolder(directory: string): void {
  unremoved.add(directory)
  process.off('exit', atExit)
  removeUnremoved()
  if (unremoved.size > 0) process.on('exit', atExit)
}

function removeUnremoved(): void {
  for (const folder of unremoved) {
    try {
      rmSync(folder, { recursive: true, force: true })
      unremoved.delete(folder)
    } catch (error) {
      if (!isForFiles(error as NodeJS.ErrnoException)) throw error
    }
  }
}

/** True if no file could be opened. In Node 24, `rmSync` tells that by its words alone. */
function isForFiles({ code = '', message }: NodeJS.ErrnoException): boolean {
  return NO_FILES.includes(code) || (code === '' && message.includes('Too many open files'))
}

function atExit(): void {
  passingOver(PASSED_OVER, removeUnremoved)
}

/**
 * A name that no other file has, for a file that is not whole yet. What a dead process has left in
 * that folder under such a name is removed.
 */
export function unfinishedName(parent: string): string {
  sweepOnce(parent)
  return `.sawtooth-${ownMark}-${randomBytes(6).toString('hex')}`
}

/** Sweeps a folder that was not swept yet. If it cannot be read, or is in use, nothing fails. */
function sweepOnce(parent: string): void {
  if (swept.has(parent)) return
  swept.add(parent)
  try {
    sweepLeftovers(parent)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

/** Removes what dead processes have left in a folder. */
export function sweepLeftovers(parent: string): void {
  if (machine === undefined) return
  for (const name of readdirSync(parent)) {
    const [, pid = '', start, where] = NAME.exec(name) ?? []
    if (where === machine && isDead(pid, start))
      passingOver(PASSED_OVER, () => removeOwn(join(parent, name)))
  }
}

function removeOwn(path: string): void {
  const found = lstatSync(path)
  const isOurs = basename(path).startsWith('.') ? found.isFile() : found.isDirectory()
  if (isOurs && found.uid === process.getuid?.()) removeTemporaryFolder(path)
}

/**
 * True if the system knows no such process, or if the number belongs to another one by now. A
 * process that cannot be looked at may live.
 */
function isDead(pid: string, start: string | undefined): boolean {
  const found = passingOver(
    ['EACCES', 'EPERM'],
    () => passingOver(['ENOENT', 'ESRCH'], () => startOf(pid)) ?? 'none',
  )
  return found !== undefined && found !== start
}

/** When a process started, in clock ticks since the machine booted. */
function startOf(pid: string): string | undefined {
  // The program's name, in brackets, may hold anything.
  return readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '').split(' ')[20]
}

function passingOver<T>(codes: readonly string[], work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/**
 * Tells apart boots and spaces of process numbers. undefined where the system does not tell; then
 * nothing is swept.
 */
const machine = passingOver(PASSED_OVER, () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  const digest = createHash('sha256').update(boot + readlinkSync('/proc/self/ns/pid'))
  return digest.digest('hex').slice(0, 8)
})
const ownMark = `${process.pid}-${passingOver(PASSED_OVER, () => startOf('self')) ?? 0}-${machine ?? '00000000'}`
