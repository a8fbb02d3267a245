/** Runs commands that start processes of their own, none of which outlives an interrupt. */
import { spawn } from 'node:child_process'
import { FailedRun } from '../run.ts'

/** Characters of a failed command's output that are shown. */
const MOST_SHOWN = 300
/** What Go prints for each file that a full disk does not take. Once will do. */
const FULL = 'no space left on device'

/**
 * Runs a command in a process group of its own, to its end. If the signal is aborted the whole
 * group is killed; once all of it is gone this throws the signal's reason. Throws a FailedRun for a
 * command that fails.
 */
export async function runInGroup(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted()
  const child = spawn(command, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  signal?.addEventListener('abort', kill, { once: true })
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
    if (code === 0) return
    const why = printed.includes(FULL) ? `${FULL}: TMPDIR` : printed.slice(-MOST_SHOWN)
    throw new FailedRun(`${command} ${args[0]}: exit ${code}: ${why}`)
  } finally {
    signal?.removeEventListener('abort', kill)
  }
}
