// Puts each thread of a race on a processor of its own, as litmus7 does. The system often wakes a
// thread where its waker runs, and two threads that share a processor do not race. This needs
// Linux's taskset. Without it the system decides.
import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'

/** The processors that this process may use, if its threads can be bound to them; else none. */
export function processors() {
  try {
    taskset('-p', process.pid)
    const [, list] = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))
    return list.split(',').flatMap(range => {
      const [first, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => first + index)
    })
  } catch {
    return [] // another system, or no taskset
  }
}

/** Binds the calling thread. */
export function bindTo(processor) {
  const thread = readlinkSync('/proc/thread-self').split('/').at(-1)
  taskset('-cp', processor, thread)
}

function taskset(...args) {
  execFileSync('taskset', args.map(String), { stdio: 'ignore' })
}
