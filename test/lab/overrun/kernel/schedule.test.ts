import { expect, test } from 'vitest'
import { KernelSchedule, waitingIn } from '../../../../lab/overrun/kernel/schedule.ts'

const [P0, P1, OTHER] = [10, 11, 20]

function scheduleOf(
  ...switches: readonly (readonly [
    atMs: number,
    cpu: number,
    out: number,
    state: 'ready' | 'asleep',
    into: number,
  ])[]
): KernelSchedule {
  const schedule = new KernelSchedule()
  for (const [atMs, cpu, out, state, into] of switches) add(schedule, atMs, cpu, out, state, into)
  return schedule
}

function add(
  schedule: KernelSchedule,
  atMs: number,
  cpu: number,
  out: number,
  state: 'ready' | 'asleep',
  into: number,
): void {
  schedule.add({
    ...{ kind: 'switch', atMs, cpu, out, process: out, into },
    ...{ outName: `thread ${out}`, intoName: `thread ${into}`, isReady: state === 'ready' },
  })
}

test('a thread that could go on waits until it has a CPU again, and another has it meanwhile', () => {
  const schedule = scheduleOf([5, 0, P0, 'ready', OTHER], [9, 0, OTHER, 'asleep', P0])
  const [wait] = schedule.waitsOf(P0)
  expect(wait).toEqual({ fromMs: 5, toMs: 9, cpu: 0 })
  expect(wait && schedule.turnsDuring(wait, { fromMs: 6, toMs: 20 })).toEqual([
    { fromMs: 6, toMs: 9, thread: OTHER, name: `thread ${OTHER}` },
  ])
  expect(waitingIn(schedule.waitsOf(P0), { fromMs: 0, toMs: 7 })).toBe(2)
  expect(waitingIn(schedule.waitsOf(P0), { fromMs: 9, toMs: 12 })).toBe(0)
})

test('a thread that sleeps waits only from its wake-up on', () => {
  const schedule = scheduleOf([1, 0, P0, 'asleep', OTHER])
  schedule.add({ kind: 'wakeup', atMs: 4, thread: P0, cpu: 0 })
  add(schedule, 7, 0, OTHER, 'asleep', P0)
  expect(schedule.waitsOf(P0)).toEqual([{ fromMs: 4, toMs: 7, cpu: 0 }])
})

test('a thread that runs is not woken', () => {
  const schedule = scheduleOf([1, 0, OTHER, 'asleep', P0])
  schedule.add({ kind: 'wakeup', atMs: 2, thread: P0, cpu: 0 })
  add(schedule, 3, 0, P0, 'asleep', 0)
  expect(schedule.waitsOf(P0)).toEqual([])
})

test('one that is moved while it waits, waits for the other CPU', () => {
  const schedule = scheduleOf([0, 1, 0, 'asleep', P1], [1, 0, P0, 'ready', OTHER])
  schedule.add({ kind: 'migration', atMs: 3, thread: P0, to: 1 })
  add(schedule, 6, 1, P1, 'ready', P0)
  const waits = schedule.waitsOf(P0)
  expect(waits).toEqual([
    { fromMs: 1, toMs: 3, cpu: 0 },
    { fromMs: 3, toMs: 6, cpu: 1 },
  ])
  const span = { fromMs: 0, toMs: 10 }
  expect(schedule.movesIn(P0, span)).toBe(1)
  expect(schedule.movesIn(P0, { fromMs: 4, toMs: 10 })).toBe(0)
  // The first CPU's turn has not come to its end.
  expect(waits.flatMap(wait => schedule.turnsDuring(wait, span))).toEqual([
    { fromMs: 3, toMs: 6, thread: P1, name: `thread ${P1}` },
  ])
})

test('a CPU that nobody has is of thread 0, and a wait that has not ended is none', () => {
  const schedule = scheduleOf(
    [0, 0, P0, 'asleep', 0],
    [4, 0, 0, 'ready', OTHER],
    [5, 0, OTHER, 'ready', 0],
  )
  expect(schedule.waitsOf(OTHER)).toEqual([])
  expect(schedule.turnsDuring({ fromMs: 1, toMs: 3, cpu: 0 }, { fromMs: 0, toMs: 9 })).toEqual([
    { fromMs: 1, toMs: 3, thread: 0, name: 'thread 0' },
  ])
})

test('the process of a thread is known once it has left a CPU', () => {
  const schedule = scheduleOf([0, 0, P0, 'asleep', P1])
  expect(schedule.processOf(P0)).toBe(P0)
  expect(schedule.processOf(P1)).toBeUndefined()
})
