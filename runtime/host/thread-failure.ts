/** Why a thread could not become a P, or ended, in a line that says what the system refused. */
import { textOf } from '../errors/thrown.ts'

/** The system's answers, and whose limit each of them means. */
const LIMITS: Readonly<Record<string, string>> = {
  EMFILE: 'too many open files, of which each thread needs some: ulimit -n',
  ENFILE: 'too many open files on this machine',
  EAGAIN: 'too many threads: ulimit -u, or a limit of the container',
  ENOMEM: 'too little memory, or address space: ulimit -v',
}

/** For a run of `procs` Ps, one of whose threads cannot start. */
export function startRefused(procs: number, error: unknown): string {
  return `the threads of ${procs} Ps cannot start: ${reasonOf(error)}`
}

/** For a P whose thread ended during the run. */
export function deathOf(error: unknown, isFaultInjected: boolean): string {
  const reason = reasonOf(error)
  if (!/exited with code/.test(reason)) return reason
  return `${reason} (${isFaultInjected ? '--fault … exit' : 'a program ends by returning from main, not by process.exit'})`
}

/**
 * An error of the system that tells of a limit, with the owner of the limit; null for any other
 * error.
 */
export function limitReached(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  // If no file can be opened, Node says that it finds no module. But the runtime's own are there.
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ERR_MODULE_NOT_FOUND' && mostFiles() < FEWEST_FILES)
    return `EMFILE (${LIMITS.EMFILE})`
  const reason = reasonOf(error)
  return reason === error.message ? null : reason
}

/** Each thread reads the runtime's own modules, and all at the same time. */
const FEWEST_FILES = 256

/**
 * How many files this process may have open, asked without opening one; Infinity if it is not
 * known.
 */
function mostFiles(): number {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft?: unknown } }
  }
  const soft = Number(userLimits?.open_files?.soft)
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft
}

function reasonOf(error: unknown): string {
  const [said = ''] = (error instanceof Error ? error.message : textOf(error)).split('\n', 1)
  const limit = LIMITS[/\bE[A-Z]{3,}\b/.exec(said)?.[0] ?? '']
  return limit === undefined ? said : `${said} (${limit})`
}
