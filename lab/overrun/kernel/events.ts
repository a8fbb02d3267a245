/** The events of the kernel's scheduler, as `perf script` prints them. */

/** Threads are the kernel's numbers of threads; 0 is a CPU without work. Times in ms. */
export type KernelEvent =
  | {
      readonly kind: 'switch'
      readonly atMs: number
      readonly cpu: number
      /** The thread that leaves the CPU, and its process. */
      readonly out: number
      readonly process: number
      readonly outName: string
      /** It could go on: it was taken off the CPU, or gave it up. */
      readonly isReady: boolean
      readonly into: number
      readonly intoName: string
    }
  | {
      readonly kind: 'wakeup'
      readonly atMs: number
      readonly thread: number
      readonly cpu: number
    }
  | {
      readonly kind: 'migration'
      readonly atMs: number
      readonly thread: number
      readonly to: number
    }

/** `1234/1240 [001] 567.272623: sched:sched_switch: …`, spaces aside. */
const LINE = /^\s*(\d+)\/(\d+)\s+\[(\d+)\]\s+(\d+\.\d+):\s+sched:sched_(\w+): (.*)$/
/** A name may have spaces, and `prev_pid=` too; the numbers after it may not. */
const SWITCH =
  /^prev_comm=(.*) prev_pid=(\d+) prev_prio=-?\d+ prev_state=(\S+) ==> next_comm=(.*) next_pid=(\d+) next_prio=-?\d+$/
const WAKEUP = /^comm=.* pid=(\d+) prio=-?\d+ target_cpu=(\d+)$/
const MIGRATION = /^comm=.* pid=(\d+) prio=-?\d+ orig_cpu=\d+ dest_cpu=(\d+)$/

/** An event in a line; null: the line is none of these. */
export function kernelEventOf(line: string): KernelEvent | null {
  const [, process, , cpu, seconds, name, rest = ''] = LINE.exec(line) ?? []
  if (name === undefined) return null
  const atMs = Number(seconds) * 1000
  if (name === 'switch') {
    const [, outName = '', out, state = '', intoName = '', into] = SWITCH.exec(rest) ?? []
    if (out === undefined) return null
    return {
      ...{ kind: 'switch', atMs, cpu: Number(cpu), out: Number(out), process: Number(process) },
      ...{ outName, isReady: state.startsWith('R'), into: Number(into), intoName },
    }
  }
  if (name === 'migrate_task') {
    const [, thread, to] = MIGRATION.exec(rest) ?? []
    return thread === undefined
      ? null
      : { kind: 'migration', atMs, thread: Number(thread), to: Number(to) }
  }
  const [, thread, target] = WAKEUP.exec(rest) ?? []
  return thread === undefined
    ? null
    : { kind: 'wakeup', atMs, thread: Number(thread), cpu: Number(target) }
}
