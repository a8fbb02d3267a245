/** The signals with which a run may be asked what it does. */
import { constants } from 'node:os'
import { type Given, refuse, text } from './given.ts'

/**
 * Signals that no process can take, that tell of a fault, or that Node and the commands need
 * themselves.
 */
const TAKEN: readonly string[] = [
  ...[
    'SIGKILL',
    'SIGSTOP',
    'SIGABRT',
    'SIGIOT',
    'SIGBUS',
    'SIGFPE',
    'SIGILL',
    'SIGSEGV',
    'SIGSYS',
    'SIGTRAP',
  ],
  ...['SIGCHLD', 'SIGPIPE', 'SIGPROF', 'SIGVTALRM', 'SIGXFSZ'],
  ...['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'],
]

/** Throws a UsageError. */
export function dumpSignal(from: Given | undefined): NodeJS.Signals | null {
  if (from === undefined) return null
  const allowed = Object.keys(constants.signals).filter(name => !TAKEN.includes(name))
  const name = text(from, 'the name of a signal, as SIGUSR2')
  return allowed.includes(name)
    ? (name as NodeJS.Signals)
    : refuse(from, `one of ${allowed.join(', ')}`)
}
