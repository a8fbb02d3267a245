/**
 * The thread of a P on a stage (stage.ts): it joins each schedule, carries out its part of the
 * protocol, and leaves the schedule.
 */
import { workerData } from 'node:worker_threads'
import { add, load, notify, scheduling, wait } from '#sync'
import * as control from '../../memory/words/control.ts'
import * as gWords from '../../memory/words/goroutine.ts'
import { declareBuiltInTypes } from '../../runtime/program/built-in-types.ts'
import { enterRun, leaveRun, Run, serveRun } from '../../runtime/program/current.ts'
import { Declarations } from '../../runtime/program/declarations.ts'
import { coroutineOf } from '../../runtime/program/task.ts'
import type { Coroutine } from '../../scheduler/fiber.ts'
import { groundOf, newP } from './ground.ts'
import type { Ground, Protocol, RunProtocol } from './protocol.ts'
import { protocolNamed } from './protocols.ts'
import { BEGUN, COMPLAINT, COMPLAINT_BYTES, DONE, type Part } from './stage.ts'

const MAIN_TASK = -1

const part = workerData as Part
const protocol = protocolNamed(part.protocol)
const ground = groundOf(part.ground)
const meeting = new Int32Array(part.meeting)

for (let begun = 0; ; begun++) {
  while (load(meeting, BEGUN) === begun) wait(meeting, BEGUN, begun)
  try {
    play(protocol, ground)
  } catch (error) {
    complain(error)
  } finally {
    scheduling?.part()
  }
  add(meeting, DONE, 1)
  notify(meeting, DONE)
}

function play(protocol: Protocol, ground: Ground): void {
  const { memory, heap } = ground
  if ('program' in protocol) {
    playRun(protocol, ground)
    return
  }
  const { p } = newP(heap, part.index, protocol, {
    start: () => [][Symbol.iterator](),
    nameOf: id => `goroutine ${id}`,
  })
  scheduling?.join(part.schedule, part.index, memory.meta, memory.heap)
  protocol.body(ground, p)
}

/** Runs a program as runtime/host/p-thread.ts does, from the end of the boot on. */
function playRun(protocol: RunProtocol, ground: Ground): void {
  const { memory, heap } = ground
  let main: () => Coroutine = () => [][Symbol.iterator]()
  const { p } = newP(heap, part.index, protocol, {
    start: id =>
      memory.meta[memory.goroutineWord(id, gWords.TASK)] === MAIN_TASK ? main() : coroutineOf(id),
    nameOf: id => `goroutine ${id}`,
  })
  const run = new Run(0, p, new Declarations(memory, `P ${part.index}`), false)
  serveRun(run)
  try {
    declareBuiltInTypes()
    main = protocol.program(ground)
    run.declarations.close()
    memory.meta[control.RUN_STATE] = control.RUN_ACTIVE
    scheduling?.join(part.schedule, part.index, memory.meta, memory.heap)
    if (part.index === 0) p.placement.assign(p.goroutines.create(MAIN_TASK, 0), 0)
    enterRun(run)
    p.run()
    if (p.ending.failure !== null) throw p.ending.failure.error
  } finally {
    leaveRun()
  }
}

function complain(error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const at = 4 * COMPLAINT + part.index * COMPLAINT_BYTES
  const bytes = Buffer.from(meeting.buffer)
  bytes.writeInt32LE(bytes.write(text, at + 4, COMPLAINT_BYTES - 4), at)
}
