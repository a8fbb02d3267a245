/**
 * Temporary folders, such as that in which a program's prepared files lie while it runs, and output files that are not whole yet. Their names say whose they are,
 *
 *   sawtooth-PID-START-MACHINE-RANDOM     .sawtooth-PID-START-MACHINE-RANDOM
 *
 * with the owner's start time, since numbers of processes are used again, and a digest of the machine's boot and the space of process
 * numbers, since a folder may be shared. So a later process knows which owners are dead, and removes what a crash or SIGKILL left behind:
 * only what is its own user's, whose owner it could see if it lived. It follows no link.
 */
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { UsageError } from '../errors/usage-error.ts'

const NAME = /^\.?sawtooth-(\d+)-(\d+)-([0-9a-f]{8})-[\w-]+$/
/** What may be met while a leftover is removed: it is gone, it is not ours, another process is at it. Nothing else is passed over. */
const PASSED_OVER = ['ENOENT', 'EACCES', 'EPERM', 'ENOTEMPTY']

/** A disk that is full or broken is no matter of how the run was asked for. */
const DISK = ['ENOSPC', 'EDQUOT', 'EIO']

/** The limit of open files, of this process and of the machine. */
const NO_FILES = ['EMFILE', 'ENFILE']

/** Folders in which what dead processes have left was looked for. */
const swept = new Set<string>()

/** Makes a folder that only this user can enter; the caller removes it. Throws a UsageError that names TMPDIR if there can be none. */
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

/** Folders that could not be removed when their time came: this process had too many files open. */
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
      if (!NO_FILES.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
}

function atExit(): void {
  passingOver(PASSED_OVER, removeUnremoved)
}

/** A name, for a file that is not whole yet, that no other file has. What a dead process has left under such a name in that folder is removed. */
export function unfinishedName(parent: string): string {
  sweepOnce(parent)
  return `.sawtooth-${ownMark}-${randomBytes(6).toString('hex')}`
}

/** What others have left is no reason to fail: a folder that cannot be looked at, or one that is in use. */
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

/** True if the system knows of no such process, or of another one by now. A process that cannot be looked at may live. */
function isDead(pid: string, start: string | undefined): boolean {
  const found = passingOver(
    ['EACCES', 'EPERM'],
    () => passingOver(['ENOENT', 'ESRCH'], () => startOf(pid)) ?? 'none',
  )
  return found !== undefined && found !== start
}

/** When a process began, in ticks since the machine did. */
function startOf(pid: string): string | undefined {
  // The name of its program, in brackets, may hold anything.
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

/** Tells boots, and spaces of process numbers, apart; undefined where the system does not tell, and then nothing is swept. */
const machine = passingOver(PASSED_OVER, () => {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
  const digest = createHash('sha256').update(boot + readlinkSync('/proc/self/ns/pid'))
  return digest.digest('hex').slice(0, 8)
})
const ownMark = `${process.pid}-${passingOver(PASSED_OVER, () => startOf('self')) ?? 0}-${machine ?? '00000000'}`
