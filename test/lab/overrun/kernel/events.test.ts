// Lines as `perf script` of Linux 6.1 prints them.
import { expect, test } from 'vitest'
import { kernelEventOf } from '../../../../lab/overrun/kernel/events.ts'

test('a switch: who leaves the CPU, whether it could go on, and who gets it', () => {
  expect(
    kernelEventOf(
      ' 6520/6525  [001]   567.272624223:       sched:sched_switch: prev_comm=node prev_pid=6525 prev_prio=120 prev_state=R+ ==> next_comm=kworker/1:2 next_pid=18 next_prio=120',
    ),
  ).toEqual({
    kind: 'switch',
    atMs: expect.closeTo(567_272.624_223, 6),
    ...{ cpu: 1, out: 6525, process: 6520, outName: 'node', isReady: true },
    ...{ into: 18, intoName: 'kworker/1:2' },
  })
})

test('a thread that sleeps is not ready, and a real-time thread has a priority of its own', () => {
  expect(
    kernelEventOf(
      '   18/18    [000]   567.272644071:       sched:sched_switch: prev_comm=migration/0 prev_pid=18 prev_prio=-1 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120',
    ),
  ).toMatchObject({ out: 18, isReady: false, into: 0 })
})

test('names may have spaces, and what looks like a field', () => {
  expect(
    kernelEventOf(
      '   18/18    [000]   567.272644071:       sched:sched_switch: prev_comm=a prev_pid=7 b prev_pid=18 prev_prio=0 prev_state=S ==> next_comm=Web Content next_pid=9 next_prio=120',
    ),
  ).toMatchObject({ outName: 'a prev_pid=7 b', out: 18, intoName: 'Web Content', into: 9 })
})

test.each(['wakeup', 'wakeup_new'])('a %s: who is woken, and for which CPU', name => {
  expect(
    kernelEventOf(
      ` 6525/6525  [000]   567.272614034:       sched:sched_${name}: comm=node pid=19 prio=0 target_cpu=001`,
    ),
  ).toEqual({ kind: 'wakeup', atMs: expect.closeTo(567_272.614_034, 6), thread: 19, cpu: 1 })
})

test('a migration: who is moved, and to which CPU', () => {
  expect(
    kernelEventOf(
      '   18/18    [000]   567.272630906: sched:sched_migrate_task: comm=perf pid=6525 prio=120 orig_cpu=0 dest_cpu=1',
    ),
  ).toEqual({
    kind: 'migration',
    atMs: expect.closeTo(567_272.630_906, 6),
    ...{ thread: 6525, to: 1 },
  })
})

test('any other line is no event', () => {
  expect(kernelEventOf('')).toBe(null)
  expect(kernelEventOf(' 1/1 [000] 5.0: sched:sched_switch: of another form')).toBe(null)
})
