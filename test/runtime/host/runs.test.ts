/**
 * One run after another on the same thread, and code of the first that is called while the second
 * runs.
 */
import { expect, test } from 'vitest'
import type { ChannelType, Global, Ref, Struct } from '../../../runtime/program/program.ts'
import * as program from '../../../runtime/program/program.ts'
import { programOfRun } from '../../../runtime/program/program-of-run.ts'
import { HandRun } from '../../support/run-by-hand.ts'

/** 'sawtooth' as the modules of a run import it (runtime/program/run-program.ts). */
function sawtoothOf(run: number): typeof program {
  return { ...program, ...programOfRun(run) }
}

let runs = 0

/** A run that has ended, and what its program still holds: also by names of its own. */
function ended() {
  const number = ++runs
  const hand = new HandRun(number)
  hand.serve()
  const own = sawtoothOf(number)
  const { self, i32, ref } = own
  const Node = own.struct('Node', { next: self, value: i32 })
  const Nodes = own.array(ref(Node))
  const Numbers = own.chan(i32)
  const total = own.global(i32)
  const head = own.global(ref(Node), 3)
  const worker = own.task('worker', [i32], function* () {})
  const alias = {
    make: Node.new,
    value: Node.value,
    next: Node.next,
    setTotal: total.set,
    close: Numbers.close,
  }
  const { bytes, mutex, waitGroup } = own
  let kept = { node: 0, nodes: 0, channel: 0, text: 0, lock: 0, group: 0, scope: 0, slot: 0 }
  hand.go(function* () {
    kept = {
      scope: own.enter(),
      node: own.keep(Node.new(own.nil, 7)),
      nodes: own.keep(Nodes.new(4)),
      channel: own.keep(Numbers.new(2)),
      text: own.keep(bytes.from('text')),
      lock: own.keep(mutex.new()),
      group: own.keep(waitGroup.new(3)),
      slot: own.local(own.nil),
    }
    total.set(1)
    yield* Numbers.send(kept.channel as Ref<typeof Numbers>, 5)
  })
  return {
    own,
    hand,
    Node,
    Nodes,
    Numbers,
    total,
    head,
    worker,
    alias,
    bytes,
    mutex,
    waitGroup,
    kept,
  }
}

/** Everything that its program may call late, each as a callback. */
function lateCalls(run: ReturnType<typeof ended>): Record<string, () => unknown> {
  const { own, Node, Nodes, Numbers, total, head, worker, alias, bytes, mutex, waitGroup } = run
  const { i32 } = own
  const node = run.kept.node as Ref<Struct<'Node', { next: typeof own.self; value: typeof i32 }>>
  const kept = run.kept as Record<string, number> as Record<string, never>
  const channel = kept.channel as Ref<ChannelType<typeof i32>>
  return {
    new: () => Node.new(own.nil, 9),
    set: () => Node.value.set(node as never, 9),
    get: () => Node.value.get(node as never),
    'array new': () => Nodes.new(3),
    'array set': () => Nodes.set(kept.nodes, 1, node as never),
    'channel new': () => Numbers.new(),
    close: () => Numbers.close(channel as never),
    send: () => Numbers.send(channel as never, 3),
    recv: () => Numbers.recv(channel as never),
    sending: () => own.select(Numbers.sending(channel as never, 3), own.timeout(5)),
    'global set': () => (total as Global<typeof i32>).set(99),
    'global array set': () => head.set(2, node as never),
    'bytes set': () => bytes.set(kept.text, 0, 99),
    'bytes from': () => bytes.from('late'),
    lock: () => mutex.lock(kept.lock),
    unlock: () => mutex.unlock(kept.lock),
    done: () => waitGroup.done(kept.group),
    struct: () => own.struct('Late', { value: i32 }),
    array: () => own.array(i32),
    chan: () => own.chan(i32),
    task: () => own.task('late', [], function* () {}),
    global: () => own.global(i32),
    go: () => own.go(worker, 1),
    'go on': () => own.go.on(0, worker, 1),
    enter: () => own.enter(),
    keep: () => own.keep(node as never),
    local: () => own.local(node as never),
    getLocal: () => own.getLocal(kept.slot),
    setLocal: () => own.setLocal(kept.slot, node as never),
    leave: () => own.leave(kept.scope),
    poll: () => own.poll(),
    gc: () => own.gc(),
    setGCPercent: () => own.setGCPercent(50),
    readMemStats: () => own.readMemStats(),
    numGC: () => own.numGC(),
    isMarking: () => own.isMarking(),
    assistMs: () => own.assistMs(),
    numGoroutine: () => own.numGoroutine(),
    sleep: () => own.sleep(1),
    'set by another name': () => alias.value.set(node as never, 9),
    'reference set by another name': () => alias.next.set(node as never, node as never),
    'new by another name': () => alias.make(own.nil, 9),
    'global set by another name': () => alias.setTotal(99),
    'close by another name': () => alias.close(channel as never),
  }
}

test('when a run is over, nothing that its program calls writes to the run that the thread serves by then', () => {
  const late = lateCalls(ended())
  const next = new HandRun(++runs)
  next.serve()
  const own = sawtoothOf(next.run.number)
  const Node = own.struct('Node', { next: own.self, value: own.i32 })
  const count = own.global(own.i32)
  const expectUntouched = (when: string): void => {
    for (const [way, call] of Object.entries(late)) {
      const before = next.content()
      const outcome = attempt(call)
      expect(next.content().equals(before), `${way}, ${when}: ${outcome}`).toBe(true)
      // What was taken out of a type before reaches its own run's memory, and need not fail.
      if (!way.endsWith('by another name')) expect(outcome, `${way}, ${when}`).toMatch(REFUSED)
    }
  }
  expectUntouched('while the next program is imported')
  next.go(function* () {
    const node = own.keep(Node.new(own.nil, 41))
    count.set(Node.value.get(node) + 1)
    expect(count.get()).toBe(42)
  })
  expectUntouched('after the next run')
})

const REFUSED =
  /its run is over$|^.* (at module level, or in a callback: objects and goroutines are made in|needs a run: start this)/

function attempt(call: () => unknown): string {
  try {
    return `returned ${String(call())}`
  } catch (error) {
    return (error as Error).message
  }
}

test('every function and type of ‘sawtooth’ is among the late calls, or holds nothing', () => {
  const called = Object.keys(lateCalls(ended())).flatMap(way => way.split(' '))
  const holdsNothing = [
    'i32',
    'u32',
    'f64',
    'bool',
    'ref',
    'self',
    'nil',
    'otherwise',
    'timeout',
    'procs',
  ]
  const tried = ['bytes', 'mutex', 'waitGroup', 'select']
  for (const name of Object.keys(program))
    expect([...called, ...holdsNothing, ...tried], `${name} of 'sawtooth'`).toContain(name)
})

test('modules of a run import ‘sawtooth’ while it is served, and not later', () => {
  const first = new HandRun(++runs)
  const second = new HandRun(++runs)
  second.serve()
  expect(() => sawtoothOf(first.run.number)).toThrow("import of 'sawtooth': its run is over")
  second.go(function* () {})
  expect(() => sawtoothOf(second.run.number)).toThrow("import of 'sawtooth' needs a run")
})
