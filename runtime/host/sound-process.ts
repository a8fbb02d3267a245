/** What a run needs of its process, looked at before it starts: what is missing is told in a line that says who takes it away. */
import { readFileSync } from 'node:fs'
import { UsageError } from '../errors/usage-error.ts'
import { KiB, MiB } from '../report/units.ts'

/** Throws a UsageError. */
export function expectSoundProcess(): void {
  if (!allows(() => new Function('')))
    throw new UsageError(
      'code from strings is forbidden in this process (--disallow-code-generation-from-strings), and the probe of the stack is made from one: start Node without it',
    )
  if (Object.isFrozen(Array.prototype))
    throw new UsageError(
      "the language's own objects are frozen in this process (--frozen-intrinsics), and a thread must see what a program does to some of them: start Node without it",
    )
  const { permission } = process as { permission?: { has(what: string): boolean } }
  if (permission?.has('worker') === false)
    throw new UsageError(
      'worker threads are forbidden in this process: start Node with --allow-worker',
    )
  if (!allows(() => process.cwd()))
    throw new UsageError(
      'the working directory does not exist any more, and no thread can start there: change it',
    )
}

/** Address space that V8 reserves for a thread, most of it never used: 570 to 770 MiB (Node 20.20.2). Less is no room in any case. */
const THREAD_BYTES = 512 * MiB

/** Throws a UsageError if the process may not have as much address space as so many more threads need: V8 would end the process. */
export function expectRoomForThreads(count: number): void {
  const [, limit] = /^Max address space +(\d+)/m.exec(systemFile('/proc/self/limits')) ?? []
  const [, usedKiB] = /^VmSize:\s+(\d+) kB/m.exec(systemFile('/proc/self/status')) ?? []
  if (limit === undefined || usedKiB === undefined) return
  const left = Number(limit) - Number(usedKiB) * KiB
  if (left >= count * THREAD_BYTES) return
  throw new UsageError(
    `threads for ${count} more Ps need some ${count * THREAD_BYTES} bytes of address space, and ${left} are left: fewer --procs, a smaller --arena, or a higher limit (ulimit -v)`,
  )
}

/**
 * What Linux tells of this process; elsewhere, and where no file can be opened any more, nothing.
 */
function systemFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function allows(what: () => unknown): boolean {
  try {
    what()
    return true
  } catch {
    return false // the answer, whatever the reason
  }
}
