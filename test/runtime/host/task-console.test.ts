import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Memory } from '../../../memory/memory.ts'
import { MiB } from '../../../memory/units.ts'
import { ConsoleRing } from '../../../runtime/host/console-ring.ts'
import { silence, TaskConsole } from '../../../runtime/host/task-console.ts'

const memory = Memory.reserve({ arenaBytes: 4 * MiB, procs: 2 })

/** What these print fits into their rings. */
const noRoom = (): boolean => {
  throw new Error('the ring is full')
}

/** The console of P 0 of a run, and what it has printed since the last call. */
function consoleOf(run: number): { own: TaskConsole; printed: () => string } {
  const ring = new ConsoleRing(memory, run % 2)
  const printed = (): string => {
    let all = ''
    ring.drain(
      (_, text) => (all += new TextDecoder().decode(text)),
      () => true,
    )
    return all
  }
  return { own: new TaskConsole(run, ring, true, noRoom), printed }
}

/** Lets an earlier run print every few milliseconds, in the ways that there are. */
function leaveBehind(log: typeof console.log): NodeJS.Timeout {
  return setInterval(() => {
    log('late')
    console.log('late')
    process.stdout.write('late\n')
  }, 1)
}

test('what a run has left behind prints nothing into the next, not even while that imports its modules', async () => {
  const first = consoleOf(1)
  first.own.install()
  first.own.open()
  console.log('first')
  const left = leaveBehind(console.log)
  first.own.remove()
  const next = consoleOf(2)
  next.own.install()
  try {
    await next.own.import(async () => {
      console.log('a module')
      await delay(30)
      process.stdout.write('a module, later\n')
    })
  } finally {
    clearInterval(left)
  }
  next.own.open()
  console.log('a goroutine')
  next.own.remove()
  expect([first.printed(), next.printed()]).toEqual([
    'first\n',
    'a module\na module, later\na goroutine\n',
  ])
})

test('modules are heard on one P only, goroutines on all', async () => {
  const ring = new ConsoleRing(memory, 0)
  const own = new TaskConsole(3, ring, false, noRoom)
  own.install()
  await own.import(async () => console.log('a module'))
  own.open()
  console.log('a goroutine')
  own.remove()
  let all = ''
  ring.drain(
    (_, text) => (all += new TextDecoder().decode(text)),
    () => true,
  )
  expect(all).toBe('a goroutine\n')
})

test('process.stdout.write takes an encoding and a callback, and refuses what is no text', async () => {
  const { own, printed } = consoleOf(4)
  own.install()
  own.open()
  const written = new Promise<void>(resolve => process.stdout.write('ok ', () => resolve()))
  process.stdout.write('666f6f', 'hex')
  const writeOfAnything = process.stdout.write as (chunk: unknown) => boolean
  let thrown: unknown
  try {
    writeOfAnything.call(process.stdout, 7)
  } catch (error) {
    thrown = error
  }
  own.remove()
  await written
  expect(printed()).toBe('ok foo')
  expect(thrown).toEqual(
    new TypeError('write: the text must be a string or a Uint8Array, not of type number'),
  )
})

test('a thread that is silent prints what a run prints, and nothing when the run is over', () => {
  const { console: before } = globalThis
  const { write: writeOut } = process.stdout
  const { write: writeErr } = process.stderr
  const reached: string[] = []
  process.stdout.write = process.stderr.write = text => reached.push(String(text)) > 0
  try {
    silence()
    const { own, printed } = consoleOf(5)
    own.install()
    own.open()
    console.log('a goroutine')
    own.remove()
    console.log('late')
    console.error('late')
    process.stdout.write('late\n')
    process.stderr.write('late\n')
    expect(printed()).toBe('a goroutine\n')
    expect(reached).toEqual([])
  } finally {
    globalThis.console = before
    process.stdout.write = writeOut
    process.stderr.write = writeErr
  }
})
