/**
 * How much of the machine was idle: golang/go#52433 was seen with half of the cores to spare. It is
 * what the system counts for all cores, so other programs' work is in it.
 */
import { cpus } from 'node:os'

/** Times of all cores together, in ms. */
export interface CoreTimes {
  readonly idle: number
  readonly all: number
}

/** Since the machine began. Both are 0 where the system does not count. */
export function coreTimes(): CoreTimes {
  const times = cpus().map(one => one.times)
  return {
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
    all: times.reduce(
      (sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq,
      0,
    ),
  }
}

/** The times between two moments. */
export function between(before: CoreTimes, after: CoreTimes): CoreTimes {
  return { idle: after.idle - before.idle, all: after.all - before.all }
}
