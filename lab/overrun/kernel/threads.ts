/** What /proc says of threads. Only Linux has it, and only there does perf run. */
import { readdirSync, readFileSync } from 'node:fs'

/** Of the flags in /proc/PID/stat: a thread of the kernel's. */
const KERNEL_THREAD = 0x00200000
/** Where the flags stand, behind the name. */
const FLAGS = 6

/** The threads of this process. */
export function ownThreads(): number[] {
  return readdirSync('/proc/self/task').map(Number)
}

export interface ThreadTimes {
  readonly ranMs: number
  /** Ready, and without a CPU. */
  readonly waitedMs: number
}

/** Of a thread of this process, since it began; null: it is gone. */
export function timesOf(thread: number): ThreadTimes | null {
  const text = textOf(`/proc/self/task/${thread}/schedstat`)
  if (text === null) return null
  const [ran = 0, waited = 0] = text.split(' ').map(Number)
  return { ranMs: ran / 1e6, waitedMs: waited / 1e6 }
}

/** Whether a process is one of the kernel's threads. One that is gone is told by its name. */
export function isOfKernel(process: number, name: string): boolean {
  const text = textOf(`/proc/${process}/stat`)
  if (text === null) return name.startsWith('kworker/')
  const behindName = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(behindName[FLAGS]) & KERNEL_THREAD) !== 0
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
