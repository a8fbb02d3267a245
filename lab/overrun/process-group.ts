/** Runs commands that start processes of their own, none of which outlives an interrupt. */
import { spawn } from 'node:child_process'
import { FailedRun } from '../run.ts'

/** Characters of a failed command's output that are shown. */
const MOST_SHOWN = 300
/** What Go prints for each file that a full disk does not take. Once will do. */
const FULL = 'no space left on device'

export interface GroupOptions {
  readonly env: NodeJS.ProcessEnv
  readonly cwd?: string
  /** The group is killed then. */
  readonly timeoutMs?: number
}

export interface GroupEnd {
  /** null: killed. */
  readonly code: number | null
  readonly isLate: boolean
  /** Both streams, as they came. */
  readonly printed: string
}

/**
 * Runs a command in a process group of its own, to its end. If the signal is aborted the whole
 * group is killed; once all of it is gone this throws the signal's reason. Throws a FailedRun for a
 * command that fails.
 */
export async function runInGroup(
  command: string,
  args: readonly string[],
  options: GroupOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { code, printed } = await endOfGroup(command, args, options, signal)
  if (code === 0) return
  const why = printed.includes(FULL) ? `${FULL}: TMPDIR` : printed.slice(-MOST_SHOWN)
  throw new FailedRun(`${command} ${args[0]}: exit ${code}: ${why}`)
}

/** The same, for a command that may fail: returns how it ended. */
export async function endOfGroup(
  command: string,
  args: readonly string[],
  { env, cwd, timeoutMs }: GroupOptions,
  signal: AbortSignal | undefined,
): Promise<GroupEnd> {
  signal?.throwIfAborted()
  const child = spawn(command, args, {
    env,
    cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  signal?.addEventListener('abort', kill, { once: true })
  let isLate = false
  const limit =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          isLate = true
          kill()
        }, timeoutMs)
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject).on('close', resolve)
    })
    signal?.throwIfAborted()
    return { code, isLate, printed }
  } finally {
    clearTimeout(limit)
    signal?.removeEventListener('abort', kill)
  }
}
